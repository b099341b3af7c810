//! Constraints on the norm of a unit's weights.

use libm::sqrt;

use super::Constraint;
use crate::losses::EPSILON;
use crate::scalar::Scalar;

/// The weights of each unit have a norm of at most this: `w * min(norm, max) / norm`. In `network!`: `max_norm`, with
/// Keras's default of 2, or `max_norm(3.0)`.
///
/// ```
/// use typenet::constraints::{Constraint, MaxNorm};
///
/// let mut weights = [3.0, 4.0];
/// // of one unit
/// MaxNorm(2.0).apply(&mut weights, 1);
/// assert_eq!(format!("{weights:.4?}"), "[1.2000, 1.6000]");
/// ```
///
/// Source: N. Srivastava and others, *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, 2014.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxNorm(pub f64);

/// The weights of each unit have a norm between two numbers, or move there with a rate:
/// `w * (rate * clip(norm, min, max) + (1 - rate) * norm) / norm`. In `network!`: `min_max_norm`, with Keras's defaults
/// of 0, 1 and 1, or `min_max_norm(0.5, 2.0, 0.1)`.
///
/// ```
/// use typenet::constraints::{Constraint, MinMaxNorm};
///
/// let mut weights = [0.06, 0.08];
/// // of one unit
/// MinMaxNorm(0.5, 2.0, 1.0).apply(&mut weights, 1);
/// assert_eq!(format!("{weights:.4?}"), "[0.3000, 0.4000]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MinMaxNorm(pub f64, pub f64, pub f64);

/// The weights of each unit have a norm of 1: `w / norm`. In `network!`: `unit_norm`.
///
/// ```
/// use typenet::constraints::{Constraint, UnitNorm};
///
/// let mut weights = [3.0, 4.0];
/// // of one unit
/// UnitNorm.apply(&mut weights, 1);
/// assert_eq!(format!("{weights:.4?}"), "[0.6000, 0.8000]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UnitNorm;

impl Constraint for MaxNorm {
    #[inline(always)]
    fn apply<T: Scalar>(&self, weights: &mut [T], units: usize) {
        rescale(weights, units, |norm| norm.min(self.0));
    }
}

impl Constraint for MinMaxNorm {
    #[inline(always)]
    fn apply<T: Scalar>(&self, weights: &mut [T], units: usize) {
        let Self(min, max, rate) = *self;
        rescale(weights, units, |norm| rate * norm.max(min).min(max) + (1.0 - rate) * norm);
    }
}

impl Constraint for UnitNorm {
    #[inline(always)]
    fn apply<T: Scalar>(&self, weights: &mut [T], units: usize) {
        rescale(weights, units, |_| 1.0);
    }
}

/// How many units are looked at side by side.
const SIDE_BY_SIDE: usize = 16;

/// Multiplies the weights of each unit by `desired(norm) / (norm + epsilon)`, with Keras's guard against a norm of 0.
#[inline(always)]
fn rescale<T: Scalar>(weights: &mut [T], units: usize, desired: impl Fn(f64) -> f64) {
    let units = units.max(1);
    for start in (0..units).step_by(SIDE_BY_SIDE) {
        let mut squares = [T::ZERO; SIDE_BY_SIDE];
        for row in weights.chunks(units) {
            for (square, w) in squares.iter_mut().zip(row.iter().skip(start)) {
                *square += *w * *w;
            }
        }
        let factors = squares.map(|square| {
            let norm = sqrt(square.to_f64());
            T::from_f64(desired(norm) / (EPSILON + norm))
        });
        for row in weights.chunks_mut(units) {
            for (w, factor) in row.iter_mut().skip(start).zip(factors) {
                *w *= factor;
            }
        }
    }
}
