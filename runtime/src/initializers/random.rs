//! Initialisers that draw from a distribution of one's own choice, whatever the layer.

use rand::Rng;

use super::scaling::{cut_normal, normal, unit};
use super::{Fan, Initializer};
use crate::scalar::Scalar;

/// Normal, with a mean and a standard deviation. In `network!`: `random_normal`, with Keras's defaults of 0 and 0.05,
/// or `random_normal(0.0, 0.01)`.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::initializers::{Fan, Initializer, RandomNormal};
///
/// let mut numbers = [0.0_f64; 1000];
/// RandomNormal(5.0, 0.1).fill(&mut numbers, Fan::default(), &mut StdRng::seed_from_u64(0));
/// assert!((numbers.iter().sum::<f64>() / 1000.0 - 5.0).abs() < 0.02);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomNormal(pub f64, pub f64);

/// Normal, with a mean and a standard deviation, and cut at two of them from the mean, which makes the deviation of
/// what is drawn smaller: 0.88 of it. In `network!`: `truncated_normal`, with Keras's defaults of 0 and 0.05, or
/// `truncated_normal(0.0, 0.01)`.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::initializers::{Fan, Initializer, TruncatedNormal};
///
/// let mut numbers = [0.0_f64; 1000];
/// TruncatedNormal(5.0, 0.1).fill(&mut numbers, Fan::default(), &mut StdRng::seed_from_u64(0));
/// assert!(numbers.iter().all(|number| (4.8..5.2).contains(number)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruncatedNormal(pub f64, pub f64);

/// Uniform between two numbers. In `network!`: `random_uniform`, with Keras's defaults of -0.05 and 0.05, or
/// `random_uniform(0.0, 1.0)`.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::initializers::{Fan, Initializer, RandomUniform};
///
/// let mut numbers = [0.0_f64; 1000];
/// RandomUniform(2.0, 3.0).fill(&mut numbers, Fan::default(), &mut StdRng::seed_from_u64(0));
/// assert!(numbers.iter().all(|number| (2.0..3.0).contains(number)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomUniform(pub f64, pub f64);

/// A standard deviation that may be one.
pub(crate) const fn deviation(stddev: f64) -> f64 {
    assert!(0.0 <= stddev && stddev < f64::INFINITY, "a standard deviation is finite and not negative");
    stddev
}

macro_rules! checked {
    ($($name:ident)*) => {$(
        impl $name {
            /// The same.
            ///
            /// # Panics
            /// If the standard deviation is negative, infinite or NaN: in `network!` while compiling.
            #[must_use]
            pub const fn checked(self) -> Self {
                Self(self.0, deviation(self.1))
            }
        }
    )*};
}

checked!(RandomNormal TruncatedNormal);

impl Default for RandomNormal {
    fn default() -> Self {
        Self(0.0, 0.05)
    }
}

impl Default for TruncatedNormal {
    fn default() -> Self {
        Self(0.0, 0.05)
    }
}

impl Default for RandomUniform {
    fn default() -> Self {
        Self(-0.05, 0.05)
    }
}

impl Initializer for RandomNormal {
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], _: Fan, rng: &mut R) {
        for value in values {
            *value = T::from_f64(self.0 + self.1 * normal(rng));
        }
    }
}

impl Initializer for TruncatedNormal {
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], _: Fan, rng: &mut R) {
        for value in values {
            *value = T::from_f64(self.0 + self.1 * cut_normal(rng));
        }
    }
}

impl Initializer for RandomUniform {
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], _: Fan, rng: &mut R) {
        for value in values {
            *value = T::from_f64(self.0 + (self.1 - self.0) * unit(rng));
        }
    }
}
