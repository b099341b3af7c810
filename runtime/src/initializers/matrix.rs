//! Initialisers that make a matrix as a whole.

use libm::sqrt;
use rand::Rng;

use super::scaling::normal;
use super::{Fan, Initializer};
use crate::scalar::Scalar;

/// A gain on the diagonal, 0 elsewhere: a kernel that hands on what it gets. In `network!`: `identity`, with Keras's
/// default gain of 1, or `identity(0.5)`.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::initializers::{Fan, Identity, Initializer};
///
/// let mut numbers = [0.5; 6];
/// Identity(2.0).fill(&mut numbers, Fan { inputs: 2, outputs: 3 }, &mut StdRng::seed_from_u64(0));
/// assert_eq!(numbers, [2.0, 0.0, 0.0, 0.0, 2.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identity(pub f64);

/// A random matrix whose rows or columns, whichever are fewer, are orthogonal and as long as the gain: it keeps
/// lengths. In `network!`: `orthogonal`, with Keras's default gain of 1, or `orthogonal(1.4)`.
///
/// All such matrices are equally likely. Instead of Keras's QR decomposition of a matrix of normal numbers, whose `R`
/// has a positive diagonal, Gram and Schmidt's way to the same `Q` is taken, twice over, since it needs no further
/// memory.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::initializers::{Fan, Initializer, Orthogonal};
///
/// let mut numbers = [0.0_f64; 4];
/// Orthogonal(1.0).fill(&mut numbers, Fan { inputs: 2, outputs: 2 }, &mut StdRng::seed_from_u64(0));
/// let [a, b, c, d] = numbers;
/// assert!((a * c + b * d).abs() < 1e-12);
/// assert!((a * a + b * b - 1.0).abs() < 1e-12);
/// ```
///
/// Source: A. Saxe, J. `McClelland`, S. Ganguli, *Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear
/// Neural Networks*, 2014.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orthogonal(pub f64);

impl Default for Identity {
    fn default() -> Self {
        Self(1.0)
    }
}

impl Default for Orthogonal {
    fn default() -> Self {
        Self(1.0)
    }
}

impl Initializer for Identity {
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], fan: Fan, _: &mut R) {
        values.fill(T::ZERO);
        for (i, row) in values.chunks_mut(fan.outputs.max(1)).enumerate() {
            if let Some(value) = row.get_mut(i) {
                *value = T::from_f64(self.0);
            }
        }
    }
}

impl Initializer for Orthogonal {
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], fan: Fan, rng: &mut R) {
        for value in values.iter_mut() {
            *value = T::from_f64(normal(rng));
        }
        let columns = fan.outputs.max(1);
        let rows = values.len() / columns;
        // number `j` of vector `k` is at `k * across + j * along`
        let (vectors, length, across, along) =
            if rows < columns { (rows, columns, columns, 1) } else { (columns, rows, 1, columns) };
        let dot = |values: &[T], k: usize, other: usize| -> f64 {
            let products = (0..length).map(|j| {
                let (a, b) = (values[k * across + j * along], values[other * across + j * along]);
                a.to_f64() * b.to_f64()
            });
            products.sum()
        };
        for k in 0..vectors {
            // once takes away what earlier vectors share with this one, twice what rounding has left of it
            for other in (0..k).chain(0..k) {
                let share = dot(values, k, other);
                for j in 0..length {
                    let part = share * values[other * across + j * along].to_f64();
                    let value = &mut values[k * across + j * along];
                    *value = T::from_f64(value.to_f64() - part);
                }
            }
            let norm = sqrt(dot(values, k, k));
            for j in 0..length {
                let value = &mut values[k * across + j * along];
                *value = T::from_f64(value.to_f64() / norm);
            }
        }
        for value in values {
            *value *= T::from_f64(self.0);
        }
    }
}
