use rand::Rng;

use super::{Fan, Initializer};
use crate::scalar::Scalar;

/// All 0. In `network!`: `zeros`.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::initializers::{Fan, Initializer, Zeros};
///
/// let mut numbers = [0.5; 3];
/// Zeros.fill(&mut numbers, Fan::default(), &mut StdRng::seed_from_u64(0));
/// assert_eq!(numbers, [0.0; 3]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Zeros;

/// All 1. In `network!`: `ones`.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::initializers::{Fan, Initializer, Ones};
///
/// let mut numbers = [0.5; 3];
/// Ones.fill(&mut numbers, Fan::default(), &mut StdRng::seed_from_u64(0));
/// assert_eq!(numbers, [1.0; 3]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ones;

/// All the same number. In `network!`: `constant(0.1)`.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::initializers::{Constant, Fan, Initializer};
///
/// let mut numbers = [0.5; 3];
/// Constant(0.1).fill(&mut numbers, Fan::default(), &mut StdRng::seed_from_u64(0));
/// assert_eq!(numbers, [0.1; 3]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Constant(pub f64);

impl Initializer for Zeros {
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], _: Fan, _: &mut R) {
        values.fill(T::ZERO);
    }
}

impl Initializer for Ones {
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], _: Fan, _: &mut R) {
        values.fill(T::ONE);
    }
}

impl Initializer for Constant {
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], _: Fan, _: &mut R) {
        values.fill(T::from_f64(self.0));
    }
}
