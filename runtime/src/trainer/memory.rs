//! Memory that begins on a cache line, so that no vector in it lies on two; and each kind of numbers on another line of its
//! page.
//!
//! A first-level cache finds lines by their place within a page of 4 KiB, and holds few of the same place. A step moves blocks
//! of eight rows of weights, with what goes with them. If the rows are 4 KiB apart, as those of a layer with 1,024 outputs,
//! and each kind of numbers began at the same place of a page, as large pieces of memory do, the blocks would drive
//! each other out before they are used: such a layer would train half as fast.

use alloc::boxed::Box;
use core::ops::{Deref, DerefMut};

use bytemuck::{Zeroable, cast_slice, cast_slice_mut, zeroed_slice_box};

use crate::scalar::Scalar;

/// The bytes of a line.
const LINE: usize = 64;

/// The lines of a page.
const LINES: usize = 64;

/// How many lines one kind of numbers begins later in its page than another: the two of a block and the two of the next, and no
/// divisor of how far rows usually are from each other.
const APART: usize = 5;

/// A network that begins on a cache line, and not where large pieces of memory do.
#[repr(C, align(64))]
pub(super) struct OnLines<N> {
    before: [[u8; LINE]; APART],
    network: N,
}

// SAFETY: all-zero bytes are an `N`, as it promises itself; there is nothing else but bytes and padding.
unsafe impl<N: Zeroable> Zeroable for OnLines<N> {}

impl<N> Deref for OnLines<N> {
    type Target = N;

    fn deref(&self) -> &N {
        &self.network
    }
}

impl<N> DerefMut for OnLines<N> {
    fn deref_mut(&mut self) -> &mut N {
        &mut self.network
    }
}

/// What an optimizer remembers of all parameters, each kind of slot after the other.
pub(super) struct Slots<T: Scalar> {
    lanes: Box<[T::Lane]>,
    /// The line of the first.
    first: usize,
    /// From one kind to the next.
    pitch: usize,
}

impl<T: Scalar> Slots<T> {
    /// Zeros of so many kinds, which begin at other places of their pages than the parameters and each other.
    pub(super) fn new(kinds: usize, parameters: &[T]) -> Self {
        let needed = parameters.len().div_ceil(T::LANES);
        if needed <= LINES {
            // such a step fits into a first-level cache
            return Self { lanes: zeroed_slice_box(kinds * needed), first: 0, pitch: needed };
        }
        let pitch = needed + apart_from(needed, 0);
        let lanes: Box<[T::Lane]> = zeroed_slice_box(kinds * pitch + LINES);
        let first = apart_from(lanes.as_ptr().addr() / LINE, parameters.as_ptr().addr() / LINE);
        Self { lanes, first, pitch }
    }

    /// The first `count` numbers of each kind.
    #[cfg(feature = "safetensors")]
    pub(super) fn kinds(&self, count: usize) -> impl Iterator<Item = &[T]> {
        self.chunks((self.pitch * T::LANES).max(1)).map(move |part| part.get(..count).unwrap_or_default())
    }

    /// The same, to be changed.
    #[cfg(feature = "safetensors")]
    pub(super) fn kinds_mut(&mut self, count: usize) -> impl Iterator<Item = &mut [T]> {
        let pitch = (self.pitch * T::LANES).max(1);
        self.chunks_mut(pitch).map(move |part| part.get_mut(..count).unwrap_or_default())
    }
}

/// How many lines behind line `from` the next is that lies [`APART`] from `line` within its page.
fn apart_from(from: usize, line: usize) -> usize {
    (line + APART).wrapping_sub(from) % LINES
}

impl<T: Scalar> Deref for Slots<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        let lanes = self.lanes.get(self.first..).unwrap_or_default();
        cast_slice(lanes.get(..lanes.len() / self.pitch.max(1) * self.pitch).unwrap_or_default())
    }
}

impl<T: Scalar> DerefMut for Slots<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let lanes = self.lanes.get_mut(self.first..).unwrap_or_default();
        let length = lanes.len() / self.pitch.max(1) * self.pitch;
        cast_slice_mut(lanes.get_mut(..length).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;

    use bytemuck::zeroed_box;

    use super::{APART, LINE, LINES, OnLines, Slots};

    /// Where numbers begin: on which line of a page, and how many bytes behind its beginning.
    fn place<T>(numbers: &[T]) -> (usize, usize) {
        (numbers.as_ptr().addr() / LINE % LINES, numbers.as_ptr().addr() % LINE)
    }

    #[test]
    fn each_kind_begins_elsewhere_in_its_page() {
        let network: Box<OnLines<[f32; 5_000]>> = zeroed_box();
        let (line, within) = place(&**network);
        assert_eq!(within, 0);
        for kinds in 0..6 {
            let mut slots = Slots::new(kinds, &**network);
            assert!(slots.iter().all(|slot| slot.to_bits() == 0));
            slots.fill(1.0);
            let places = slots.chunks((slots.len() / kinds.max(1)).max(1)).map(place);
            let expected = (1..=kinds).map(|kind| ((line + kind * APART) % LINES, 0));
            assert!(places.eq(expected), "{kinds} kinds");
        }
    }

    #[test]
    fn few_numbers_take_no_more_than_their_lines() {
        let slots = Slots::new(3, &[0.0_f32; 17]);
        assert_eq!((slots.lanes.len(), slots.len()), (6, 96));
    }
}
