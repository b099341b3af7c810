use super::Regularizer;
use crate::scalar::Scalar;

/// `factor * sum(abs(w))`. In `network!`: `l1`, with Keras's default of 0.01, or `l1(1e-4)`.
///
/// ```
/// use typenet::regularizers::{L1, Regularizer};
///
/// let mut gradient = [0.0; 2];
/// assert_eq!(L1(0.5).penalty(&[1.0, -3.0], 1, &mut gradient), 2.0);
/// assert_eq!(gradient, [0.5, -0.5]);
/// ```
///
/// Source: R. Tibshirani, *Regression Shrinkage and Selection via the Lasso*, 1996.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L1(pub f64);

/// `factor * sum(w^2)`. In `network!`: `l2`, with Keras's default of 0.01, or `l2(1e-4)`.
///
/// ```
/// use typenet::regularizers::{L2, Regularizer};
///
/// let mut gradient = [0.0; 2];
/// assert_eq!(L2(0.5).penalty(&[1.0, -3.0], 1, &mut gradient), 5.0);
/// assert_eq!(gradient, [1.0, -3.0]);
/// ```
///
/// Source: A. Hoerl, R. Kennard, *Ridge Regression*, 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L2(pub f64);

/// `l1 * sum(abs(w)) + l2 * sum(w^2)`. In `network!`: `l1_l2`, with 0.01 each, as Keras documents its defaults (its
/// code has 0), or `l1_l2(1e-5, 1e-4)`.
///
/// ```
/// use typenet::regularizers::{L1L2, Regularizer};
///
/// let mut gradient = [0.0; 2];
/// assert_eq!(L1L2(0.5, 0.5).penalty(&[1.0, -3.0], 1, &mut gradient), 7.0);
/// assert_eq!(gradient, [1.5, -3.5]);
/// ```
///
/// Source: H. Zou, T. Hastie, *Regularization and Variable Selection via the Elastic Net*, 2005.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L1L2(pub f64, pub f64);

impl Regularizer for L1 {
    #[inline(always)]
    fn penalty<T: Scalar>(&self, weights: &[T], _: usize, gradient: &mut [T]) -> f64 {
        let factor = T::from_f64(self.0);
        for (g, w) in gradient.iter_mut().zip(weights) {
            *g += factor * sign(*w);
        }
        self.0 * sum(weights, |w| w * sign(w))
    }
}

impl Regularizer for L2 {
    #[inline(always)]
    fn penalty<T: Scalar>(&self, weights: &[T], _: usize, gradient: &mut [T]) -> f64 {
        let factor = T::from_f64(2.0 * self.0);
        for (g, w) in gradient.iter_mut().zip(weights) {
            *g += factor * *w;
        }
        self.0 * sum(weights, |w| w * w)
    }
}

impl Regularizer for L1L2 {
    #[inline(always)]
    fn penalty<T: Scalar>(&self, weights: &[T], units: usize, gradient: &mut [T]) -> f64 {
        L1(self.0).penalty(weights, units, gradient) + L2(self.1).penalty(weights, units, gradient)
    }
}

/// -1 or 1; at 0 it is 1, as Keras has it on JAX.
#[inline(always)]
fn sign<T: Scalar>(w: T) -> T {
    if w < T::ZERO { -T::ONE } else { T::ONE }
}

/// The sum of `value` over all weights: of blocks in the scalar type, sixteen numbers side by side, of all blocks in
/// `f64`.
#[inline(always)]
fn sum<T: Scalar>(weights: &[T], value: impl Fn(T) -> T) -> f64 {
    let mut total = 0.0;
    for block in weights.chunks(1024) {
        let mut sums = [T::ZERO; 16];
        for weights in block.chunks(16) {
            for (sum, w) in sums.iter_mut().zip(weights) {
                *sum += value(*w);
            }
        }
        total += sums.into_iter().map(T::to_f64).sum::<f64>();
    }
    total
}
