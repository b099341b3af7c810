use libm::sqrt;

use super::Regularizer;
use crate::scalar::Scalar;

/// `factor * mean(abs(cos(w_i, w_j)))` over all pairs of rows of a kernel, the weights from input `i` and from input `j` to
/// all outputs: Keras's `OrthogonalRegularizer` in its mode `rows`. In `network!`: `orthogonal_regularizer`, with Keras's
/// default of 0.01, or `orthogonal_regularizer(0.1)`.
///
/// A layer of one input has no pairs, and no penalty. The cost of a step grows with the square of the inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrthogonalRegularizer(pub f64);

impl Regularizer for OrthogonalRegularizer {
    fn penalty<T: Scalar>(&self, weights: &[T], units: usize, gradient: &mut [T]) -> f64 {
        let units = units.max(1);
        let rows = weights.len() / units;
        let pairs = (rows * rows.saturating_sub(1) / 2).max(1);
        let factor = self.0 / pairs as f64;
        let row = |i: usize| weights.get(i * units..(i + 1) * units).unwrap_or_default();
        let mut sum = 0.0;
        for i in 0..rows {
            let inverse_i = inverse_norm(row(i));
            for j in 0..i {
                let inverse_j = inverse_norm(row(j));
                let cosine = dot(row(i), row(j)) * inverse_i * inverse_j;
                sum += cosine.abs();
                let slope = if cosine == 0.0 { 0.0 } else { factor * cosine.signum() };
                for (one, other, inverse, inverse_other) in [(i, j, inverse_i, inverse_j), (j, i, inverse_j, inverse_i)]
                {
                    let gradient = gradient.iter_mut().skip(one * units);
                    for ((g, w), w_other) in gradient.zip(row(one)).zip(row(other)) {
                        let along = w.to_f64() * inverse * cosine;
                        *g += T::from_f64(slope * inverse * (w_other.to_f64() * inverse_other - along));
                    }
                }
            }
        }
        factor * sum
    }
}

fn dot<T: Scalar>(a: &[T], b: &[T]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a.to_f64() * b.to_f64()).sum()
}

/// 1 by the Euclidean norm, which Keras keeps away from 0.
fn inverse_norm<T: Scalar>(row: &[T]) -> f64 {
    1.0 / sqrt(dot(row, row)).max(1e-12)
}
