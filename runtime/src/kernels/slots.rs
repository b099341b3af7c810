//! What an optimizer remembers, as flat slices.

use core::array;
use core::mem::take;

/// So many kinds of numbers can be cut where the parameters are, for threads.
pub(crate) const CUT: usize = 4;

/// The numbers that an optimizer remembers of some parameters: a slice for each of the first three kinds, and one for all
/// others, those of one kind after those of another.
#[derive(Debug)]
pub(crate) struct Slots<'a, T> {
    kinds: [&'a mut [T]; CUT],
    /// From one of the others to the next.
    pitch: usize,
}

impl<'a, T> Slots<'a, T> {
    /// Of `count` parameters, `kinds` parts of equal length, each of which begins with the numbers of one kind.
    #[inline(always)]
    pub(crate) fn new(flat: &'a mut [T], count: usize, kinds: usize) -> Self {
        let pitch = flat.len() / kinds.max(1);
        let (first, rest) = split(flat, pitch);
        let (second, rest) = split(rest, pitch);
        let (third, rest) = split(rest, pitch);
        let [first, second, third] = [first, second, third].map(|part| split(part, count).0);
        Self { kinds: [first, second, third, rest], pitch }
    }

    /// The same slices, for a while.
    #[inline(always)]
    pub(crate) fn reborrow(&mut self) -> Slots<'_, T> {
        let [first, second, third, rest] = &mut self.kinds;
        Slots { kinds: [first, second, third, rest], pitch: self.pitch }
    }

    /// The first `K` kinds of `count` parameters.
    #[inline(always)]
    pub(crate) fn kinds<const K: usize>(self, count: usize) -> [&'a mut [T]; K] {
        let Self { kinds: [first, second, third, mut rest], pitch } = self;
        let mut apart = [first, second, third];
        array::from_fn(
            #[inline(always)]
            |kind| match apart.get_mut(kind) {
                Some(slot) => take(slot),
                None => {
                    let (part, after) = split(take(&mut rest), pitch);
                    rest = after;
                    split(part, count).0
                }
            },
        )
    }

    /// Cuts off the kinds from `kind` on, of which the first is given.
    #[inline(always)]
    pub(crate) fn cut_off(&mut self, kind: usize, count: usize) -> &'a mut [T] {
        let [apart @ .., rest] = &mut self.kinds;
        match apart.get_mut(kind) {
            Some(slot) => take(slot),
            None => {
                let (before, after) = split(take(rest), (kind + 1 - CUT) * self.pitch);
                *rest = before;
                split(after, count).0
            }
        }
    }

    /// Of `kind`, for those who ask where a prefetch is to go.
    #[inline(always)]
    pub(crate) fn kind(&self, kind: usize) -> &[T] {
        self.kinds.get(kind).map_or(&[], |slot| slot)
    }

    /// Those of the first `count` parameters, and those of the others. There must be no more than [`CUT`] kinds.
    #[cfg(feature = "alloc")]
    pub(crate) fn split(self, count: usize) -> (Self, Self) {
        let pitch = self.pitch;
        let [first, second, third, last] = self.kinds.map(|slot| split(slot, count));
        let of = |kinds| Self { kinds, pitch };
        (of([first.0, second.0, third.0, last.0]), of([first.1, second.1, third.1, last.1]))
    }
}

/// As much as `count` numbers, and the rest.
#[inline(always)]
fn split<T>(numbers: &mut [T], count: usize) -> (&mut [T], &mut [T]) {
    let count = count.min(numbers.len());
    numbers.split_at_mut(count)
}
