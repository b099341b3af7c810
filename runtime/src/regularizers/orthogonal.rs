use libm::sqrt;

use super::Regularizer;
use crate::losses::EPSILON;
use crate::scalar::Scalar;

/// `factor * mean(abs(cos(w_i, w_j)))` over all pairs of rows of a kernel, the weights from input `i` and from input
/// `j` to all outputs: Keras's `OrthogonalRegularizer` in its mode `rows`. In `network!`: `orthogonal_regularizer`,
/// with Keras's default of 0.01, or `orthogonal_regularizer(0.1)`.
///
/// Of a norm below 1e-7 the inverse is 10^7, as Keras has it. A layer of one input has no pairs, and no penalty. The
/// cost of a step grows with the square of the inputs.
///
/// ```
/// use typenet::regularizers::{OrthogonalRegularizer, Regularizer};
///
/// // two rows, whose cosine is 0.6
/// let kernel = [1.0, 0.0, 3.0, 4.0];
/// assert_eq!(format!("{:.4}", OrthogonalRegularizer(0.5).penalty(&kernel, 2, &mut [0.0; 4])), "0.3000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrthogonalRegularizer(pub f64);

/// `factor * mean(abs(cos(w_i, w_j)))` over all pairs of columns of a kernel, the weights from all inputs to output `i`
/// and to output `j`: Keras's `OrthogonalRegularizer(mode="columns")`. In `network!`: `orthogonal_columns`, with
/// Keras's default of 0.01, or `orthogonal_columns(0.1)`.
///
/// A layer of one output has no pairs, and no penalty. The cost of a step grows with the square of the outputs.
///
/// ```
/// use typenet::regularizers::{OrthogonalColumns, Regularizer};
///
/// // two columns, whose cosine is 0.9487
/// let kernel = [1.0, 0.0, 3.0, 4.0];
/// assert_eq!(format!("{:.4}", OrthogonalColumns(0.5).penalty(&kernel, 2, &mut [0.0; 4])), "0.4743");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrthogonalColumns(pub f64);

impl Regularizer for OrthogonalRegularizer {
    fn penalty<T: Scalar>(&self, weights: &[T], units: usize, gradient: &mut [T]) -> f64 {
        let (rows, units) = (weights.len() / units.max(1), units.max(1));
        Vectors { weights, count: rows, apart: units, length: units, stride: 1 }.penalty(self.0, gradient)
    }
}

impl Regularizer for OrthogonalColumns {
    fn penalty<T: Scalar>(&self, weights: &[T], units: usize, gradient: &mut [T]) -> f64 {
        let (rows, units) = (weights.len() / units.max(1), units.max(1));
        Vectors { weights, count: units, apart: 1, length: rows, stride: units }.penalty(self.0, gradient)
    }
}

/// The rows or the columns of a matrix.
struct Vectors<'a, T> {
    weights: &'a [T],
    count: usize,
    /// From the first number of a vector to that of the next.
    apart: usize,
    length: usize,
    /// From one number of a vector to the next.
    stride: usize,
}

impl<T: Scalar> Vectors<'_, T> {
    fn penalty(&self, factor: f64, gradient: &mut [T]) -> f64 {
        let pairs = (self.count * self.count.saturating_sub(1) / 2).max(1);
        let factor = factor / pairs as f64;
        let mut sum = 0.0;
        for i in 0..self.count {
            let inverse_i = self.inverse_norm(i);
            for j in 0..i {
                let inverse_j = self.inverse_norm(j);
                let cosine = self.dot(i, j) * inverse_i * inverse_j;
                sum += cosine.abs();
                let slope = if cosine == 0.0 { 0.0 } else { factor * cosine.signum() };
                for (one, other, inverse, inverse_other) in [(i, j, inverse_i, inverse_j), (j, i, inverse_j, inverse_i)]
                {
                    let gradient = gradient.iter_mut().skip(one * self.apart).step_by(self.stride);
                    for ((g, w), w_other) in gradient.zip(self.numbers(one)).zip(self.numbers(other)) {
                        // where the inverse is held, it is a constant
                        let along = if inverse < 1.0 / EPSILON { w * inverse * cosine } else { 0.0 };
                        *g += T::from_f64(slope * inverse * (w_other * inverse_other - along));
                    }
                }
            }
        }
        factor * sum
    }

    fn numbers(&self, vector: usize) -> impl Iterator<Item = f64> {
        let numbers = self.weights.iter().skip(vector * self.apart).step_by(self.stride).take(self.length);
        numbers.map(|w| w.to_f64())
    }

    fn dot(&self, a: usize, b: usize) -> f64 {
        self.numbers(a).zip(self.numbers(b)).map(|(a, b)| a * b).sum()
    }

    /// 1 by the Euclidean norm, which Keras keeps away from 0.
    fn inverse_norm(&self, vector: usize) -> f64 {
        (1.0 / sqrt(self.dot(vector, vector))).min(1.0 / EPSILON)
    }
}
