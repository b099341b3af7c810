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

/// What an optimizer remembers of all parameters, each slot after the other.
pub(super) struct Slots<T: Scalar> {
    lanes: Box<[T::Lane]>,
    /// The line of the first.
    first: usize,
    count: usize,
}

impl<T: Scalar> Slots<T> {
    /// Zeros, which begin at another place of their page than the parameters they belong to.
    pub(super) fn new(count: usize, parameters: &[T]) -> Self {
        let needed = count.div_ceil(T::LANES);
        let spare = if needed > LINES { LINES - 1 } else { 0 };
        let lanes: Box<[T::Lane]> = zeroed_slice_box(needed + spare);
        let wanted = parameters.as_ptr().addr() / LINE + APART;
        let first = if spare > 0 { wanted.wrapping_sub(lanes.as_ptr().addr() / LINE) % LINES } else { 0 };
        Self { lanes, first, count }
    }
}

impl<T: Scalar> Deref for Slots<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        cast_slice(self.lanes.get(self.first..).unwrap_or_default()).get(..self.count).unwrap_or_default()
    }
}

impl<T: Scalar> DerefMut for Slots<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let lanes = self.lanes.get_mut(self.first..).unwrap_or_default();
        cast_slice_mut(lanes).get_mut(..self.count).unwrap_or_default()
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
    fn slots_begin_elsewhere_in_their_page() {
        let network: Box<OnLines<[f32; 5_000]>> = zeroed_box();
        let (line, within) = place(&**network);
        assert_eq!(within, 0);
        for count in [0, 1, 5_000, 2 * 5_000 + 7] {
            let mut slots = Slots::new(count, &**network);
            assert_eq!((slots.len(), slots.iter().sum::<f32>()), (count, 0.0));
            slots.fill(1.0);
            assert_eq!(place(&slots).1, 0);
            if count > LINES * 16 {
                assert_eq!(place(&slots).0, (line + APART) % LINES);
                assert_ne!(place(&slots).0, line);
            }
        }
    }
}
