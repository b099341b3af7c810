//! From complete gradients to moved parameters.

use bytemuck::cast_slice_mut;
use fearless_simd::Simd;

use super::{Optimizer, Step, Update};
use crate::kernels::flat::{Sink, Window, prefetch};
use crate::scalar::{Lane, Scalar};

/// Lets an optimizer make its step with each part of the gradient that is complete.
#[derive(Debug)]
pub(crate) struct Descend<'a, T, O> {
    optimizer: &'a mut O,
    step: Step,
    parameters: &'a mut [T],
    slots: &'a mut [T],
    previous: &'a mut [T],
    /// Where the whole gradient begins in memory: how far a part is from there is how far its parameters are from
    /// the first.
    origin: usize,
}

impl<'a, T: Scalar, O: Optimizer> Descend<'a, T, O> {
    /// A step of `optimizer` on `parameters`, for parts of the slice `gradient`.
    pub(crate) fn new(
        optimizer: &'a mut O,
        step: Step,
        parameters: &'a mut [T],
        gradient: &[T],
        slots: &'a mut [T],
        previous: &'a mut [T],
    ) -> Self {
        Self { optimizer, step, parameters, slots, previous, origin: gradient.as_ptr().addr() }
    }

    #[inline(always)]
    fn update<S: Simd>(
        &mut self,
        simd: S,
        place: usize,
        window: Window,
        pitch: usize,
        gradient: &mut [T],
        clear: bool,
    ) {
        let window = Window { start: (place - self.origin) / size_of::<T>() + window.start, ..window };
        let Self { parameters, slots, previous, .. } = self;
        self.optimizer.update(simd, self.step, Update { parameters, slots, previous, gradient, window, pitch, clear });
    }
}

impl<T: Scalar, O: Optimizer> Sink<T> for Descend<'_, T, O> {
    #[inline(always)]
    fn take<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        place: &mut [T],
        window: Window,
        block: &[[T::Vector<S>; V]; R],
    ) {
        let mut gradient = [[T::Lane::splat(T::ZERO); V]; R];
        for (row, vectors) in gradient.iter_mut().zip(block) {
            for (lane, vector) in row.iter_mut().zip(vectors) {
                lane.store(*vector);
            }
        }
        let gradient = cast_slice_mut(gradient.as_flattened_mut());
        self.update(simd, place.as_ptr().addr(), window, V * T::LANES, gradient, false);
    }

    #[inline(always)]
    fn expect(&self, place: &[T], start: usize, width: usize) {
        let start = (place.as_ptr().addr() - self.origin) / size_of::<T>() + start;
        for number in (start..start + width).step_by(T::LANES) {
            prefetch(self.parameters, number);
            prefetch(self.previous, number);
            for slot in 0..O::SLOTS {
                prefetch(self.slots, slot * self.parameters.len() + number);
            }
        }
    }

    #[inline(always)]
    fn accept<S: Simd>(&mut self, simd: S, place: &mut [T]) {
        let window = Window { start: 0, rows: 1, width: place.len(), stride: 0 };
        self.update(simd, place.as_ptr().addr(), window, window.width, place, true);
    }
}
