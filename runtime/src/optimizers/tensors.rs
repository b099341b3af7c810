//! Steps that look at one tensor after the other.

use core::fmt;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::Update;
use crate::error::Error;
use crate::kernels::flat::{load, store};
use crate::layers::LayerInfo;
use crate::layers::naming::{Variable, all, variables};
use crate::scalar::Scalar;

/// Whose parameters are moved. It is no setting, so that nobody needs to see it.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Layers(pub(super) &'static [LayerInfo]);

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

/// What a step reads and writes of one tensor.
pub(super) struct Tensor<'a, T, const K: usize> {
    pub(super) weights: &'a mut [T],
    /// The weights from before the step.
    pub(super) before: &'a [T],
    /// After the step it is of no account.
    pub(super) gradient: &'a mut [T],
    pub(super) slots: [&'a mut [T]; K],
}

impl Layers {
    /// Whether there are layers with these labels, of which an optimizer was told.
    pub(super) fn check_labels(self, of: &'static str, labels: &[&'static str]) -> Result<(), Error> {
        let has = |label| all(self.0).any(|(path, _)| path.passes(label));
        labels.iter().find(|label| !has(label)).map_or(Ok(()), |label| Err(Error::NoSuchLayer { of, label }))
    }

    /// Makes a step that [has the whole](super::Optimizer::WHOLE) gradient, tensor by tensor.
    #[inline(always)]
    pub(super) fn each<T: Scalar, const K: usize>(
        self,
        update: Update<'_, T>,
        mut step: impl FnMut(&Variable, Tensor<'_, T, K>),
    ) {
        let Update { parameters, slots, previous, gradient, clear, .. } = update;
        let mut slots: [&mut [T]; K] = slots.kinds(parameters.len());
        for variable in variables(self.0) {
            let range = variable.range.clone();
            let (Some(weights), Some(before), Some(gradient)) =
                (parameters.get_mut(range.clone()), previous.get_mut(range.clone()), gradient.get_mut(range.clone()))
            else {
                return;
            };
            before.copy_from_slice(weights);
            let slots = slots.each_mut().map(
                #[inline(always)]
                |slot| slot.get_mut(range.clone()).unwrap_or_default(),
            );
            step(&variable, Tensor { weights, before, gradient: &mut *gradient, slots });
            if clear {
                gradient.fill(T::ZERO);
            }
        }
    }
}

/// `weights = weights - length * step`
#[inline(always)]
pub(super) fn walk<T: Scalar, S: Simd>(simd: S, weights: &mut [T], step: &[T], length: f64) {
    let length = T::Vector::<S>::splat(simd, T::from_f64(-length));
    for (weights, step) in weights.chunks_mut(T::LANES).zip(step.chunks(T::LANES)) {
        store::<T, S>(load::<T, S>(simd, step).mul_add(length, load(simd, weights)), weights);
    }
}
