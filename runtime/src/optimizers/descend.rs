//! From complete gradients to moved parameters.

use core::ops::Range;

use bytemuck::cast_slice_mut;
use fearless_simd::Simd;

use super::{Optimizer, Step, Update};
use crate::kernels::flat::{Sink, Window, prefetch};
use crate::scalar::{Lane, Scalar};

/// Lets an optimizer make its step with each part of the gradient that is complete.
#[derive(Debug)]
pub(crate) struct Descend<'a, T, O> {
    pub(crate) optimizer: &'a mut O,
    pub(crate) step: Step,
    pub(crate) parameters: &'a mut [T],
    pub(crate) gradient: &'a mut [T],
    pub(crate) slots: &'a mut [T],
    pub(crate) previous: &'a mut [T],
    /// Where these parameters begin.
    pub(crate) start: usize,
}

impl<T: Scalar, O: Optimizer> Descend<'_, T, O> {
    /// [`accept`](Sink::accept), not inlined. It knows no network, and is compiled once for all that an optimizer of this type
    /// moves.
    #[inline(never)]
    pub(crate) fn apart<S: Simd>(&mut self, simd: S, range: Range<usize>) {
        simd.vectorize(
            #[inline(always)]
            || self.accept(simd, range),
        );
    }
}

impl<T: Scalar, O: Optimizer> Sink<T> for Descend<'_, T, O> {
    #[inline(always)]
    fn range(&self) -> Range<usize> {
        self.start..self.start + self.parameters.len()
    }

    #[inline(always)]
    fn take<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
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
        let window = Window { start: window.start - self.start, ..window };
        let Self { parameters, slots, previous, .. } = self;
        let update = Update { parameters, slots, previous, gradient, window, pitch: V * T::LANES, clear: false };
        self.optimizer.update(simd, self.step, update);
    }

    #[inline(always)]
    fn will_need(&self, start: usize, width: usize) {
        let start = start - self.start;
        for number in (start..start + width).step_by(T::LANES) {
            prefetch(self.parameters, number);
            prefetch(self.previous, number);
            for slot in 0..O::SLOTS {
                prefetch(self.slots, slot * self.parameters.len() + number);
            }
        }
    }

    #[inline(always)]
    fn accept<S: Simd>(&mut self, simd: S, range: Range<usize>) {
        let (first, end) = (range.start.max(self.start), range.end.min(self.start + self.parameters.len()));
        let Some(width) = end.checked_sub(first).filter(|&width| width > 0) else { return };
        let window = Window { start: first - self.start, rows: 1, width, stride: width };
        let Self { parameters, gradient, slots, previous, .. } = self;
        let gradient = &mut gradient[window.start..][..width];
        let update = Update { parameters, slots, previous, gradient, window, pitch: width, clear: true };
        self.optimizer.update(simd, self.step, update);
    }
}
