//! A sink that is called: what this crate has compiled need not know who takes the gradient.

use core::fmt;
use core::ops::Range;
use core::ptr;

use bytemuck::cast_slice_mut;
use fearless_simd::Simd;

use super::ahead::prefetch_at;
use super::sink::{Sink, Window};
use super::slots::CUT;
use crate::scalar::{Lane, Scalar};

/// At most so many kinds of numbers are asked for: parameters, slots, and where the parameters from before the step go.
const KINDS: usize = CUT + 2;

/// Where numbers of some kinds lie, each kind as the parameters do, to be asked for before they are needed.
#[derive(Clone, Copy)]
pub struct Places<T> {
    begins: [*const T; KINDS],
    count: usize,
}

impl<T> Places<T> {
    pub(crate) const NONE: Self = Self { begins: [ptr::null(); KINDS], count: 0 };

    /// These too, if there are any.
    #[inline(always)]
    pub(crate) fn and(mut self, numbers: &[T]) -> Self {
        if let Some(place) = self.begins.get_mut(self.count).filter(|_| !numbers.is_empty()) {
            *place = numbers.as_ptr();
            self.count += 1;
        }
        self
    }

    /// Asks for `width` numbers of each kind.
    #[inline(always)]
    pub(crate) fn ask(&self, start: usize, width: usize)
    where
        T: Scalar,
    {
        for begin in self.begins.iter().take(self.count) {
            // so that the count is a constant where the width is
            for vector in 0..width.div_ceil(T::LANES) {
                prefetch_at(*begin, start + vector * T::LANES);
            }
        }
    }
}

/// A part of the gradient for someone to take, who has the numbers of some rows and where they belong. From one row of them to
/// the next it is as many as the last argument says.
pub struct Outlet<'a, T: Scalar> {
    /// See [`Sink::range`].
    range: Range<usize>,
    places: Places<T>,
    take: &'a mut dyn FnMut(&mut [T], Window, usize),
}

impl<T: Scalar> fmt::Debug for Outlet<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlet").field("range", &self.range).finish_non_exhaustive()
    }
}

impl<'a, T: Scalar> Outlet<'a, T> {
    /// For numbers of `range`, of which the first are at the `places`. Windows begin with it.
    #[inline(always)]
    pub(crate) fn new(
        range: Range<usize>,
        places: Places<T>,
        take: &'a mut dyn FnMut(&mut [T], Window, usize),
    ) -> Self {
        Self { range, places, take }
    }
}

impl<T: Scalar> Sink<T> for Outlet<'_, T> {
    const BUSY: bool = false;

    #[inline(always)]
    fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    #[inline(always)]
    fn take<S: Simd, const R: usize, const V: usize>(&mut self, _: S, window: Window, block: &[[T::Vector<S>; V]; R]) {
        let mut window = Window { start: window.start - self.range.start, ..window };
        let mut gradient = [[T::Lane::splat(T::ZERO); V]; R];
        for (row, vectors) in gradient.iter_mut().zip(block) {
            for (lane, vector) in row.iter_mut().zip(vectors) {
                lane.store(*vector);
            }
        }
        let (gradient, mut pitch) = (cast_slice_mut(gradient.as_flattened_mut()), V * T::LANES);
        // rows without anything between them are one
        if window.width == pitch && window.stride == pitch {
            pitch *= window.rows;
            window = Window { rows: window.rows.min(1), width: pitch, stride: pitch, ..window };
        }
        (self.take)(gradient, window, pitch);
    }

    #[inline(always)]
    fn will_need(&self, start: usize, width: usize) {
        self.places.ask(start - self.range.start, width);
    }

    #[inline(always)]
    fn accept<S: Simd>(&mut self, _: S, _: Range<usize>) {}

    #[inline(always)]
    fn lend<S: Simd>(&mut self, _: S, work: impl FnOnce(&mut Outlet<'_, T>)) {
        work(self);
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use core::array;
    use core::ops::Range;
    use std::vec;
    use std::vec::Vec;

    use fearless_simd::{Simd, SimdBase as _};

    use crate::kernels::sink::{Gather, Sink, Window};
    use crate::kernels::{Task, dispatch, levels};
    use crate::scalar::Scalar;

    /// A sink that someone else has written.
    struct Puts(Vec<f32>, usize);

    impl Sink<f32> for Puts {
        fn range(&self) -> Range<usize> {
            self.1..self.1 + self.0.len()
        }

        fn take<S: Simd, const R: usize, const V: usize>(
            &mut self,
            _: S,
            window: Window,
            block: &[[<f32 as Scalar>::Vector<S>; V]; R],
        ) {
            for (row, vectors) in block.iter().enumerate().take(window.rows) {
                let start = window.start + row * window.stride - self.1;
                for (number, place) in (start..start + window.width).enumerate() {
                    self.0[place] = vectors[number / 16].as_slice()[number % 16];
                }
            }
        }

        fn will_need(&self, _: usize, _: usize) {}

        fn accept<S: Simd>(&mut self, _: S, _: Range<usize>) {}
    }

    struct Hand;

    impl Task for Hand {
        type Output = ();

        fn run<S: Simd>(self, simd: S) {
            // two rows of 20 of 40 numbers each, and a third that does not count
            let window = Window { start: 7, rows: 2, width: 20, stride: 40 };
            let block: [[_; 2]; 3] = array::from_fn(|row| {
                array::from_fn(|v| <f32 as Scalar>::Vector::<S>::from_fn(simd, |k| (100 * row + 16 * v + k) as f32))
            });
            let mut puts = Puts(vec![0.0; 80], 5);
            let mut numbers = vec![0.0; 80];
            puts.lend(simd, |sink| sink.take(simd, window, &block));
            Gather::new(&mut numbers, 5).lend(simd, |sink| sink.take(simd, window, &block));
            for (place, (put, number)) in puts.0.into_iter().zip(numbers).enumerate() {
                let (row, number_of_row) = ((place + 38) / 40, (place + 38) % 40);
                let wanted =
                    if (1..3).contains(&row) && number_of_row < 20 { 100 * (row - 1) + number_of_row } else { 0 };
                assert_eq!((put, number), (wanted as f32, wanted as f32), "number {place}, {:?}", simd.level());
            }
        }
    }

    #[test]
    fn what_is_handed_over_comes_where_it_belongs() {
        for level in levels() {
            dispatch(level, Hand);
        }
    }
}
