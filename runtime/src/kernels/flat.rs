//! One pass over flat slices: what an optimizer is.

use core::marker::PhantomData;
use core::ops::Range;

use fearless_simd::{Select, Simd, SimdBase};

use super::sink::Window;
use super::slots::Slots;
use crate::scalar::{Lane, Scalar};

/// Everything that a step of an optimizer reads and writes, as flat slices: all parameters of a network, or a window of
/// them whose gradient is complete.
#[derive(Debug)]
pub struct Update<'a, T> {
    pub(crate) parameters: &'a mut [T],
    pub(crate) slots: Slots<'a, T>,
    /// Where the parameters from before the step go; empty where nobody wants them.
    pub(crate) previous: &'a mut [T],
    pub(crate) gradient: &'a mut [T],
    pub(crate) window: Window,
    /// From one row of the gradient to the next.
    pub(crate) pitch: usize,
    /// Whether the gradient lies in memory and is wanted as zeros.
    pub(crate) clear: bool,
}

impl<T: Scalar> Update<'_, T> {
    /// Replaces every parameter and its `K` slots by what `rule(parameter, gradient, slots)` gives, in one pass. The
    /// parameters as they were before the step are kept, if they are wanted, and the gradient is set back to zero.
    ///
    /// Give `rule` `#[inline(always)]`: it is used in two places, and what the compiler does not inline has no vector registers,
    /// and takes more than ten times as long.
    #[inline(always)]
    pub fn each<S: Simd, const K: usize>(
        self,
        simd: S,
        mut rule: impl FnMut(T::Vector<S>, T::Vector<S>, [T::Vector<S>; K]) -> (T::Vector<S>, [T::Vector<S>; K]),
    ) {
        let Self { parameters, slots, previous, gradient, window, pitch, clear } = self;
        let n = parameters.len();
        let mut slots: [&mut [T]; K] = slots.kinds(n);
        // all are as long, so that one comparison tells whether a vector is within
        let mut previous = previous.get_mut(..n);
        if slots.iter().any(|slot| slot.len() != n) {
            return;
        }
        let (whole, rest) = (window.width / T::LANES * T::LANES, window.width % T::LANES);
        for (row, gradient) in gradient.chunks_mut(pitch.max(1)).enumerate().take(window.rows) {
            let start = window.start + row * window.stride;
            let range = start..start + whole;
            let Some(parameters_row) = parameters.get_mut(range.clone()) else { return };
            let mut slots_row = slots.each_mut().map(
                #[inline(always)]
                |slot| slot.get_mut(range.clone()).unwrap_or_default(),
            );
            if let Some(previous_row) = previous.as_deref_mut().and_then(|previous| previous.get_mut(range)) {
                let rows = parameters_row.chunks_exact(T::LANES).zip(previous_row.chunks_exact_mut(T::LANES));
                for (parameters, previous) in rows {
                    store::<T, S>(load(simd, parameters), previous);
                }
            }
            for k in (0..whole).step_by(T::LANES) {
                let range = k..k + T::LANES;
                let (Some(parameters), Some(gradient)) =
                    (parameters_row.get_mut(range.clone()), gradient.get(range.clone()))
                else {
                    return;
                };
                let w = load::<T, S>(simd, parameters);
                let old = load_slots(simd, &slots_row, range.clone());
                let (new, slots_new) = rule(w, load(simd, gradient), old);
                store::<T, S>(new, parameters);
                for (slot, new) in slots_row.iter_mut().zip(slots_new) {
                    if let Some(slot) = slot.get_mut(range.clone()) {
                        store::<T, S>(new, slot);
                    }
                }
            }
            if rest > 0 {
                // a whole vector that holds the rest, if there is one; its other lanes keep what they hold
                let place = start + whole;
                let before = if place + T::LANES > n { (T::LANES - rest).min(whole) } else { 0 };
                let mine = lanes::<T, S>(simd, before..before + rest).simd_gt(T::Vector::<S>::splat(simd, T::ZERO));
                let range = place - before..n.min(place - before + T::LANES);
                let end = gradient.len().min(whole - before + T::LANES);
                let (Some(parameters), Some(gradient)) =
                    (parameters.get_mut(range.clone()), gradient.get(whole - before..end))
                else {
                    return;
                };
                let w = load::<T, S>(simd, parameters);
                let old = load_slots(simd, &slots, range.clone());
                let (new, slots_new) = rule(w, load(simd, gradient), old);
                if let Some(previous) = previous.as_deref_mut().and_then(|previous| previous.get_mut(range.clone())) {
                    store::<T, S>(mine.select(w, load(simd, previous)), previous);
                }
                store::<T, S>(mine.select(new, w), parameters);
                for ((slot, new), old) in slots.iter_mut().zip(slots_new).zip(old) {
                    if let Some(slot) = slot.get_mut(range.clone()) {
                        store::<T, S>(mine.select(new, old), slot);
                    }
                }
            }
            if clear {
                gradient.fill(T::ZERO);
            }
        }
    }
}

/// The numbers in `range` of every slot.
#[inline(always)]
fn load_slots<T: Scalar, S: Simd, const K: usize>(
    simd: S,
    slots: &[&mut [T]; K],
    range: Range<usize>,
) -> [T::Vector<S>; K] {
    // not `array::from_fn`, which is not always inlined
    let mut vectors = [T::Vector::<S>::splat(simd, T::ZERO); K];
    for (vector, slot) in vectors.iter_mut().zip(slots) {
        if let Some(slot) = slot.get(range.clone()) {
            *vector = load(simd, slot);
        }
    }
    vectors
}

/// 1 for the first `count` lanes, 0 for the others.
#[inline(always)]
pub(crate) fn first_lanes<T: Scalar, S: Simd>(simd: S, count: usize) -> T::Vector<S> {
    lanes::<T, S>(simd, 0..count)
}

/// 1 for these lanes, 0 for the others.
#[inline(always)]
fn lanes<T: Scalar, S: Simd>(simd: S, wanted: Range<usize>) -> T::Vector<S> {
    // ones between zeros, of which a window is loaded: the wanted ones begin or end with it
    let first = if wanted.start > 0 { 16 - wanted.start } else { 32 - wanted.end };
    match Constants::<T>::ONES_BETWEEN_ZEROS.get(first..first + T::LANES) {
        Some(lanes) => T::Vector::<S>::from_slice(simd, lanes),
        None => T::Vector::<S>::splat(simd, T::ONE),
    }
}

/// Carries a constant of each scalar type.
struct Constants<T>(PhantomData<T>);

impl<T: Scalar> Constants<T> {
    const ONES_BETWEEN_ZEROS: [T; 48] = {
        let (mut numbers, mut k) = ([T::ZERO; 48], 16);
        while k < 32 {
            numbers[k] = T::ONE;
            k += 1;
        }
        numbers
    };
}

/// A whole vector, or a tail filled up with zeros.
#[inline(always)]
pub(crate) fn load<T: Scalar, S: Simd>(simd: S, from: &[T]) -> T::Vector<S> {
    if from.len() == T::LANES {
        return T::Vector::<S>::from_slice(simd, from);
    }
    let mut lane = T::Lane::splat(T::ZERO);
    // not `copy_from_slice`: where size counts it is not inlined, and its check of the lengths stays as a panic
    for (lane, number) in lane.as_mut_slice().iter_mut().zip(from) {
        *lane = *number;
    }
    lane.load(simd)
}

/// The whole vector, or as much of it as there is room for.
#[inline(always)]
pub(crate) fn store<T: Scalar, S: Simd>(vector: T::Vector<S>, to: &mut [T]) {
    if to.len() == T::LANES {
        vector.store_slice(to);
    } else {
        for (number, lane) in to.iter_mut().zip(vector.as_slice()) {
            *number = *lane;
        }
    }
}
