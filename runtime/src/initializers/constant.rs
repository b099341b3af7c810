use rand::Rng;

use super::{Fan, Initializer};
use crate::scalar::Scalar;

/// All 0. In `network!`: `zeros`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Zeros;

/// All 1. In `network!`: `ones`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ones;

/// All the same number. In `network!`: `constant(0.1)`.
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
