//! One pass over flat slices: what an optimizer is.

use core::array;

use bytemuck::cast_slice_mut;
use fearless_simd::{Select, Simd, SimdBase};

use crate::optimizers::{Optimizer, Step};
use crate::scalar::{Lane, Scalar};

/// Everything that a step of an optimizer reads and writes, as flat slices: all parameters of a network, or a window of
/// them whose gradient is complete.
#[derive(Debug)]
pub struct Update<'a, T> {
    parameters: &'a mut [T],
    slots: &'a mut [T],
    previous: &'a mut [T],
    gradient: &'a mut [T],
    window: Window,
    /// Whether the gradient lies in memory and is wanted as zeros.
    clear: bool,
}

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

impl<T: Scalar> Update<'_, T> {
    /// Replaces every parameter and its `K` slots by what `rule(parameter, gradient, slots)` gives, in one pass. The
    /// parameters as they were before the step are kept, and the gradient is set back to zero.
    #[inline(always)]
    pub fn each<S: Simd, const K: usize>(
        self,
        simd: S,
        mut rule: impl FnMut(T::Vector<S>, T::Vector<S>, [T::Vector<S>; K]) -> (T::Vector<S>, [T::Vector<S>; K]),
    ) {
        let Self { parameters, slots: mut rest, previous, gradient, window, clear } = self;
        let n = parameters.len();
        let mut slots: [&mut [T]; K] = array::from_fn(|_| {
            let (slot, after) = core::mem::take(&mut rest).split_at_mut_checked(n).unwrap_or_default();
            rest = after;
            slot
        });
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let width = window.width;
        let (whole, rest) = (width / T::LANES * T::LANES, width % T::LANES);
        let some = first_lanes::<T, S>(simd, rest).simd_gt(T::Vector::<S>::splat(simd, T::ZERO));
        for (row, gradient) in gradient.chunks_mut(width.max(1)).enumerate().take(window.rows) {
            let start = window.start + row * window.stride;
            let mut at = |k: usize, lanes: usize, gradient: &[T]| {
                let range = start + k..start + k + lanes;
                let (Some(parameters), Some(previous)) =
                    (parameters.get_mut(range.clone()), previous.get_mut(range.clone()))
                else {
                    return;
                };
                let w = load::<T, S>(simd, parameters);
                let old = array::from_fn(
                    #[inline(always)]
                    |k| slots[k].get(range.clone()).map_or(zero, |slot| load(simd, slot)),
                );
                let (new, slots_new) = rule(w, load(simd, gradient), old);
                // lanes beyond the row belong to others
                let partly = gradient.len() < lanes;
                let choose = |new, old| if partly { some.select(new, old) } else { new };
                store::<T, S>(choose(w, load(simd, previous)), previous);
                store::<T, S>(choose(new, w), parameters);
                for ((slot, new), old) in slots.iter_mut().zip(slots_new).zip(old) {
                    if let Some(slot) = slot.get_mut(range.clone()) {
                        store::<T, S>(choose(new, old), slot);
                    }
                }
            };
            for k in (0..whole).step_by(T::LANES) {
                at(k, T::LANES, &gradient[k..k + T::LANES]);
            }
            if rest > 0 {
                let lanes = if start + whole + T::LANES <= n { T::LANES } else { rest };
                at(whole, lanes, &gradient[whole..]);
            }
            if clear {
                gradient.fill(T::ZERO);
            }
        }
    }
}

/// Where complete gradients go: [`Gather`] adds them up, [`Descend`] moves the parameters at once, so that the gradient
/// of a large layer never travels through memory.
pub trait Sink<T: Scalar> {
    /// Takes a block of the gradient: the numbers in `window` of the tensor whose place in the gradient is `place`.
    fn take<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        place: &mut [T],
        window: Window,
        block: &[[T::Vector<S>; V]; R],
    );

    /// Says that the numbers from `start` will come soon.
    fn expect(&self, place: &[T], start: usize, width: usize);

    /// Takes what lies in `place` already, a part of the gradient.
    fn accept<S: Simd>(&mut self, simd: S, place: &mut [T]);
}

/// Adds gradients to what there is.
#[derive(Debug)]
pub struct Gather;

impl<T: Scalar> Sink<T> for Gather {
    #[inline(always)]
    fn take<S: Simd, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        place: &mut [T],
        window: Window,
        block: &[[T::Vector<S>; V]; R],
    ) {
        for (row, vectors) in block.iter().enumerate() {
            let Some(place) = place.get_mut(window.start + row * window.stride..) else { return };
            let width = window.width.min(place.len());
            for (place, vector) in place[..width].chunks_mut(T::LANES).zip(vectors) {
                let sum = load::<T, S>(simd, place) + *vector;
                store::<T, S>(sum, place);
            }
        }
    }

    #[inline(always)]
    fn expect(&self, place: &[T], start: usize, width: usize) {
        for number in (start..start + width).step_by(T::LANES) {
            prefetch(place, number);
        }
    }

    #[inline(always)]
    fn accept<S: Simd>(&mut self, _: S, _: &mut [T]) {}
}

/// Lets an optimizer make its step with each part of the gradient that is complete.
#[derive(Debug)]
pub struct Descend<'a, T, O> {
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
    pub fn new(
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
    fn update<S: Simd>(&mut self, simd: S, place: usize, window: Window, gradient: &mut [T], clear: bool) {
        let window = Window { start: (place - self.origin) / size_of::<T>() + window.start, ..window };
        let Self { parameters, slots, previous, .. } = self;
        self.optimizer.update(simd, self.step, Update { parameters, slots, previous, gradient, window, clear });
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
        let place = place.as_ptr().addr();
        if window.width == V * T::LANES {
            let gradient = cast_slice_mut(gradient.as_flattened_mut());
            self.update(simd, place, Window { rows: R, width: V * T::LANES, ..window }, gradient, false);
            return;
        }
        for (row, lanes) in gradient.iter_mut().enumerate() {
            let gradient = &mut cast_slice_mut(lanes)[..window.width];
            let start = window.start + row * window.stride;
            self.update(simd, place, Window { start, rows: 1, ..window }, gradient, false);
        }
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
        self.update(simd, place.as_ptr().addr(), window, place, true);
    }
}

/// Asks for number `index`, so that it is in the second-level cache when it is needed. There need not be such a number.
#[inline(always)]
pub(crate) fn prefetch<T>(numbers: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: SSE belongs to every x86-64 processor; a prefetch takes any address, and changes nothing but the cache
        unsafe { _mm_prefetch::<_MM_HINT_T1>(numbers.as_ptr().wrapping_add(index).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (numbers, index);
}

/// 1 for the first `count` lanes, 0 for the others.
#[inline(always)]
pub(crate) fn first_lanes<T: Scalar, S: Simd>(simd: S, count: usize) -> T::Vector<S> {
    if count == T::LANES {
        return T::Vector::<S>::splat(simd, T::ONE);
    }
    let mut lane = T::Lane::splat(T::ZERO);
    lane.as_mut_slice()[..count].fill(T::ONE);
    lane.load(simd)
}

/// A whole vector, or a tail filled up with zeros.
#[inline(always)]
fn load<T: Scalar, S: Simd>(simd: S, from: &[T]) -> T::Vector<S> {
    if from.len() == T::LANES {
        return T::Vector::<S>::from_slice(simd, from);
    }
    let mut lane = T::Lane::splat(T::ZERO);
    lane.as_mut_slice()[..from.len()].copy_from_slice(from);
    lane.load(simd)
}

/// The whole vector, or as much of it as there is room for.
#[inline(always)]
fn store<T: Scalar, S: Simd>(vector: T::Vector<S>, to: &mut [T]) {
    if to.len() == T::LANES {
        vector.store_slice(to);
    } else {
        to.copy_from_slice(&vector.as_slice()[..to.len()]);
    }
}
