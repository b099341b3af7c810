//! Where gradients go, a block at a time.

use core::ops::Range;

use fearless_simd::Simd;

use super::ahead::prefetch;
use super::dense::shared;
use super::flat::{load, store};
use super::outlet::{Outlet, Places};
use crate::scalar::Scalar;

/// Rows of a matrix that lies in a flat slice.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Where the first row begins.
    pub start: usize,
    /// How many rows.
    pub rows: usize,
    /// How many numbers of each row.
    pub width: usize,
    /// From one row to the next.
    pub stride: usize,
}

/// Where complete gradients go: they are added up, or an optimizer moves the parameters at once, so that the gradient of
/// a large layer never travels through memory. Places are counted from the first number of the network.
pub trait Sink<T: Scalar> {
    /// Whether what it does with a block takes so long that it is worth a program's own version of the largest product: the
    /// next block is then summed meanwhile, and not after a call.
    #[doc(hidden)]
    const BUSY: bool = true;

    /// Which numbers of the gradient go here.
    fn range(&self) -> Range<usize>;

    /// Takes the block of the gradient in `window`. Rows beyond those of the window, and numbers beyond its width, do not
    /// count.
    fn take<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        window: Window,
        block: &[[T::Vector<S>; V]; R],
    );

    /// Says that the numbers from `start` will come soon.
    fn will_need(&self, start: usize, width: usize);

    /// Takes those numbers of `range` that go here as they lie in the gradient.
    fn accept<S: Simd>(&mut self, simd: S, range: Range<usize>);

    /// Lets others hand over what goes here who do not know its type.
    #[doc(hidden)]
    fn lend<S: Simd>(&mut self, simd: S, work: impl FnOnce(&mut Outlet<'_, T>)) {
        let range = self.range();
        let first = range.start;
        work(&mut Outlet::new(range, Places::NONE, &mut |block, window, pitch| {
            simd.vectorize(
                #[inline(always)]
                || {
                    for (row, numbers) in block.chunks(pitch.max(1)).enumerate().take(window.rows) {
                        let mut start = first + window.start + row * window.stride;
                        for numbers in numbers[..window.width.min(numbers.len())].chunks(T::LANES) {
                            let window = Window { start, rows: 1, width: numbers.len(), stride: numbers.len() };
                            self.take(simd, window, &[[load::<T, S>(simd, numbers)]]);
                            start += numbers.len();
                        }
                    }
                },
            );
        }));
    }
}

/// Adds gradients to what there is.
#[derive(Debug)]
pub struct Gather<'a, T> {
    pub(crate) gradient: &'a mut [T],
    /// Where it begins.
    pub(crate) start: usize,
}

impl<'a, T> Gather<'a, T> {
    /// Adds to the part of the gradient that begins at `start`.
    pub(crate) fn new(gradient: &'a mut [T], start: usize) -> Self {
        Self { gradient, start }
    }
}

impl<T: Scalar> Sink<T> for Gather<'_, T> {
    const BUSY: bool = false;

    #[inline(always)]
    fn range(&self) -> Range<usize> {
        self.start..self.start + self.gradient.len()
    }

    #[inline(always)]
    fn take<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        window: Window,
        block: &[[T::Vector<S>; V]; R],
    ) {
        let start = window.start - self.start;
        for (row, vectors) in block.iter().enumerate().take(window.rows) {
            let Some(place) = self.gradient.get_mut(start + row * window.stride..) else { return };
            let width = window.width.min(place.len());
            for (place, vector) in place[..width].chunks_mut(T::LANES).zip(vectors) {
                let sum = load::<T, S>(simd, place) + *vector;
                store::<T, S>(sum, place);
            }
        }
    }

    #[inline(always)]
    fn will_need(&self, start: usize, width: usize) {
        let start = start - self.start;
        for number in (start..start + width).step_by(T::LANES) {
            prefetch(self.gradient, number);
        }
    }

    #[inline(always)]
    fn accept<S: Simd>(&mut self, _: S, _: Range<usize>) {}

    #[inline(always)]
    fn lend<S: Simd>(&mut self, simd: S, work: impl FnOnce(&mut Outlet<'_, T>)) {
        let (range, places) = (self.range(), Places::NONE.and(self.gradient));
        work(&mut Outlet::new(range, places, &mut |block, window, pitch| {
            shared::add(simd, block, pitch, window, self.gradient);
        }));
    }
}

/// Adds a block, whose rows are `pitch` apart, to the window of a gradient.
#[inline(always)]
pub(crate) fn add<T: Scalar, S: Simd>(simd: S, block: &[T], pitch: usize, window: Window, gradient: &mut [T]) {
    for (row, numbers) in block.chunks(pitch.max(1)).enumerate().take(window.rows) {
        let Some(places) = gradient.get_mut(window.start + row * window.stride..) else { return };
        let width = window.width.min(places.len());
        for (place, numbers) in places[..width].chunks_mut(T::LANES).zip(numbers.chunks(T::LANES)) {
            let sum = load::<T, S>(simd, place) + load::<T, S>(simd, numbers);
            store::<T, S>(sum, place);
        }
    }
}
