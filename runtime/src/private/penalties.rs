//! Regularisers and constraints of tensors.

use nalgebra::SMatrix;

use crate::constraints::Constraint;
use crate::regularizers::Regularizer;
use crate::scalar::Scalar;

/// What a tensor costs; adds its slope to that of the gradient.
#[inline(always)]
pub fn penalty<T: Scalar, G: Regularizer, const ROWS: usize, const COLUMNS: usize>(
    regularizer: G,
    weights: &SMatrix<T, ROWS, COLUMNS>,
    units: usize,
    gradient: Option<&mut SMatrix<T, ROWS, COLUMNS>>,
) -> f64 {
    let gradient = gradient.map(|gradient| gradient.data.0.as_flattened_mut()).unwrap_or_default();
    regularizer.penalty(weights.data.0.as_flattened(), units, gradient)
}

/// Adds what another tensor costs: generated code has no arithmetic of its own, which a user's lints may deny.
#[inline(always)]
pub const fn add(penalty: &mut f64, other: f64) {
    *penalty += other;
}

/// Makes a tensor what it must be.
#[inline(always)]
pub fn constrain<T: Scalar, C: Constraint, const ROWS: usize, const COLUMNS: usize>(
    constraint: C,
    weights: &mut SMatrix<T, ROWS, COLUMNS>,
    units: usize,
) {
    constraint.apply(weights.data.0.as_flattened_mut(), units);
}
