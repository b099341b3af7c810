//! From complete gradients to moved parameters.

use core::ops::Range;

use bytemuck::cast_slice_mut;
use fearless_simd::Simd;

use super::{Optimizer, Step, Update};
use crate::kernels::ahead::prefetch;
use crate::kernels::outlet::{Outlet, Places};
use crate::kernels::sink::{Sink, Window};
use crate::kernels::slots::{CUT, Slots};
use crate::kernels::{compact, framed};
use crate::scalar::{Lane, Scalar};

/// Lets an optimizer make its step with each part of the gradient that is complete.
#[derive(Debug)]
pub(crate) struct Descend<'a, T, O> {
    pub(crate) optimizer: Held<'a, O>,
    pub(crate) step: Step,
    pub(crate) parameters: &'a mut [T],
    pub(crate) gradient: &'a mut [T],
    pub(crate) slots: Slots<'a, T>,
    /// Where the parameters from before the step go; empty where nobody wants them.
    pub(crate) previous: &'a mut [T],
    /// Where these parameters begin.
    pub(crate) start: usize,
}

/// The optimizer of a step, or a copy of it for a part of the step. What it remembers beside its slots follows from the
/// iteration, so that nothing is lost with a copy.
#[derive(Debug)]
pub(crate) enum Held<'a, O> {
    Lent(&'a mut O),
    #[cfg_attr(not(feature = "alloc"), allow(dead_code, reason = "one thread makes the whole step"))]
    Own(O),
}

impl<O> Held<'_, O> {
    #[inline(always)]
    fn get(&mut self) -> &mut O {
        match self {
            Held::Lent(optimizer) => optimizer,
            Held::Own(optimizer) => optimizer,
        }
    }
}

impl<'a, T, O: Optimizer> Descend<'a, T, O> {
    /// Begins a step that moves all parameters.
    #[inline(always)]
    pub(crate) fn new(
        optimizer: &'a mut O,
        step: Step,
        parameters: &'a mut [T],
        gradient: &'a mut [T],
        slots: &'a mut [T],
        previous: &'a mut [T],
    ) -> Self {
        optimizer.begin(step);
        let slots = Slots::new(slots, parameters.len(), O::SLOTS);
        Self { optimizer: Held::Lent(optimizer), step, parameters, gradient, slots, previous, start: 0 }
    }
}

impl<T: Scalar, O: Optimizer> Descend<'_, T, O> {
    /// Moves the parameters in a window that is counted from the first of these.
    #[inline(always)]
    fn update<S: Simd>(&mut self, simd: S, gradient: &mut [T], window: Window, pitch: usize, clear: bool) {
        let Self { optimizer, step, parameters, slots, previous, .. } = self;
        let (optimizer, slots) = (optimizer.get(), slots.reborrow());
        framed!(
            simd,
            optimizer.update(simd, *step, Update { parameters, slots, previous, gradient, window, pitch, clear })
        );
    }

    /// Shows the whole gradient to an optimizer that wants to see it before its step.
    #[inline(always)]
    pub(crate) fn survey<S: Simd>(&mut self, simd: S) {
        if const { O::WHOLE } {
            self.survey_apart(simd);
        }
    }

    #[inline(never)]
    fn survey_apart<S: Simd>(&mut self, simd: S) {
        let Self { optimizer, step, gradient, .. } = self;
        simd.vectorize(
            #[inline(always)]
            || optimizer.get().survey(simd, *step, gradient),
        );
    }

    /// Moves the parameters in a window, not inlined. It knows no network, and is compiled once for all that an optimizer of
    /// this type moves.
    #[inline(never)]
    fn apart<S: Simd>(&mut self, simd: S, gradient: &mut [T], window: Window, pitch: usize, clear: bool) {
        simd.vectorize(
            #[inline(always)]
            || self.update(simd, gradient, window, pitch, clear),
        );
    }

    /// Where the numbers lie that a step moves.
    #[inline(always)]
    fn places(&self) -> Places<T> {
        let mut places = Places::NONE.and(self.parameters);
        for kind in 0..O::SLOTS.min(CUT) {
            places = places.and(self.slots.kind(kind));
        }
        places.and(self.previous)
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
        if const { !compact::<S>() } {
            self.update(simd, gradient, window, V * T::LANES, false);
        } else {
            self.apart(simd, gradient, window, V * T::LANES, false);
        }
    }

    #[inline(always)]
    fn will_need(&self, start: usize, width: usize) {
        let start = start - self.start;
        // so that the count is a constant where the width is
        for vector in 0..width.div_ceil(T::LANES) {
            let number = start + vector * T::LANES;
            prefetch(self.parameters, number);
            for kind in 0..O::SLOTS {
                prefetch(self.slots.kind(kind), number);
            }
        }
        if !self.previous.is_empty() {
            for vector in 0..width.div_ceil(T::LANES) {
                prefetch(self.previous, start + vector * T::LANES);
            }
        }
    }

    #[inline(always)]
    fn accept<S: Simd>(&mut self, simd: S, range: Range<usize>) {
        let (first, end) = (range.start.max(self.start), range.end.min(self.start + self.parameters.len()));
        let Some(width) = end.checked_sub(first).filter(|&width| width > 0) else { return };
        let window = Window { start: first - self.start, rows: 1, width, stride: width };
        let gradient = core::mem::take(&mut self.gradient);
        self.apart(simd, &mut gradient[window.start..][..width], window, width, true);
        self.gradient = gradient;
    }

    #[inline(always)]
    fn lend<S: Simd>(&mut self, simd: S, work: impl FnOnce(&mut Outlet<'_, T>)) {
        let (range, places) = (self.range(), self.places());
        work(&mut Outlet::new(range, places, &mut |gradient, window, pitch| {
            self.apart(simd, gradient, window, pitch, false);
        }));
    }
}
