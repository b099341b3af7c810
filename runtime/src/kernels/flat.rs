//! One pass over flat slices: what an optimizer is.

use core::array;

use fearless_simd::{Simd, SimdBase};

use crate::scalar::{Lane, Scalar};

/// Everything that a step of an optimizer reads and writes, as flat slices of the same length.
#[derive(Debug)]
pub struct Update<'a, T> {
    /// The parameters, to be moved.
    pub parameters: &'a mut [T],
    /// The gradient of the loss with respect to them; [`each`](Self::each) sets it back to zero.
    pub gradient: &'a mut [T],
    /// The optimizer's slots, one after another, each as long as the parameters.
    pub slots: &'a mut [T],
    /// Where [`each`](Self::each) leaves the parameters as they were before the step.
    pub previous: &'a mut [T],
}

impl<T: Scalar> Update<'_, T> {
    /// Replaces every parameter and its `K` slots by what `rule(parameter, gradient, slots)` gives, in one pass.
    #[inline(always)]
    pub fn each<S: Simd, const K: usize>(
        self,
        simd: S,
        mut rule: impl FnMut(T::Vector<S>, T::Vector<S>, [T::Vector<S>; K]) -> (T::Vector<S>, [T::Vector<S>; K]),
    ) {
        let n = self.parameters.len().min(self.gradient.len()).min(self.previous.len());
        let mut rest = self.slots;
        let mut slots: [&mut [T]; K] = array::from_fn(|_| {
            let (slot, after) = core::mem::take(&mut rest).split_at_mut_checked(n).unwrap_or_default();
            rest = after;
            slot
        });
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let mut start = 0;
        while start < n {
            let lanes = start..n.min(start + T::LANES);
            let w = load(simd, &self.parameters[lanes.clone()]);
            let g = load(simd, &self.gradient[lanes.clone()]);
            let old = array::from_fn(|k| slots[k].get(lanes.clone()).map_or(zero, |slot| load(simd, slot)));
            let (new, slots_new) = rule(w, g, old);
            store::<T, S>(w, &mut self.previous[lanes.clone()]);
            store::<T, S>(new, &mut self.parameters[lanes.clone()]);
            store::<T, S>(zero, &mut self.gradient[lanes.clone()]);
            for (slot, new) in slots.iter_mut().zip(slots_new) {
                if let Some(slot) = slot.get_mut(lanes.clone()) {
                    store::<T, S>(new, slot);
                }
            }
            start += T::LANES;
        }
    }
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
