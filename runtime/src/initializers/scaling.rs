//! Initialisers whose variance is scaled by the fan.

use libm::sqrt;
use rand::distr::{Distribution as _, StandardUniform};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::{Fan, Initializer, RandomNormal};
use crate::scalar::Scalar;

/// The standard deviation of a standard normal distribution cut at two; dividing by it restores the variance.
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

/// Uniform from 0 to 1.
pub(super) fn unit<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    rng.sample(StandardUniform)
}

/// Standard normal.
pub(super) fn normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    StandardNormal.sample(rng)
}

/// Standard normal, cut at two.
pub(super) fn cut_normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    loop {
        let number = normal(rng);
        if number.abs() <= 2.0 {
            return number;
        }
    }
}

/// Uniform in `[-limit, limit]`, with the variance `limit^2 / 3`.
fn uniform<T: Scalar, R: Rng + ?Sized>(values: &mut [T], variance: f64, rng: &mut R) {
    let limit = sqrt(3.0 * variance);
    for value in values {
        *value = T::from_f64(limit * (2.0 * unit(rng) - 1.0));
    }
}

/// Normal, cut at two standard deviations, with the given variance.
fn truncated_normal<T: Scalar, R: Rng + ?Sized>(values: &mut [T], variance: f64, rng: &mut R) {
    let deviation = sqrt(variance) / TRUNCATED_DEVIATION;
    for value in values {
        *value = T::from_f64(deviation * cut_normal(rng));
    }
}

/// What the variance of a [`VarianceScaling`] is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The inputs.
    #[default]
    FanIn,
    /// The outputs.
    FanOut,
    /// The mean of both.
    FanAvg,
}

/// What a [`VarianceScaling`] draws from. Each has the variance that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Distribution {
    /// Normal, cut at two standard deviations.
    #[default]
    TruncatedNormal,
    /// Normal.
    UntruncatedNormal,
    /// Uniform.
    Uniform,
}

/// A distribution with mean 0 and the variance `scale / fan`: Keras's `VarianceScaling`, of which all others here are
/// cases. In `network!`: `variance_scaling(2.0, Mode::FanOut, Distribution::Uniform)`.
///
/// ```
/// use typenet::initializers::{Distribution, Mode};
/// use typenet::prelude::*;
///
/// network! { Scaled = Dense(2 -> 4, kernel_initializer = variance_scaling(2.0, Mode::FanOut, Distribution::Uniform)) }
/// # fn main() {}
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VarianceScaling(pub f64, pub Mode, pub Distribution);

impl VarianceScaling {
    /// The same.
    ///
    /// # Panics
    /// If the scale is not above 0, or infinite or NaN: in `network!` while compiling.
    #[must_use]
    pub const fn checked(self) -> Self {
        assert!(0.0 < self.0 && self.0 < f64::INFINITY, "a scale of the variance is finite and above 0");
        self
    }
}

impl Default for VarianceScaling {
    fn default() -> Self {
        Self(1.0, Mode::default(), Distribution::default())
    }
}

impl Initializer for VarianceScaling {
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], fan: Fan, rng: &mut R) {
        let fan = match self.1 {
            Mode::FanIn => fan.inputs as f64,
            Mode::FanOut => fan.outputs as f64,
            Mode::FanAvg => (fan.inputs + fan.outputs) as f64 / 2.0,
        };
        let variance = self.0 / fan.max(1.0);
        match self.2 {
            Distribution::TruncatedNormal => truncated_normal(values, variance, rng),
            Distribution::UntruncatedNormal => RandomNormal(0.0, sqrt(variance)).fill(values, Fan::default(), rng),
            Distribution::Uniform => uniform(values, variance, rng),
        }
    }
}

macro_rules! scaling {
    ($($(#[$doc:meta])* $name:ident = $draw:ident($fan:ident => $variance:expr);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct $name;

        impl Initializer for $name {
            fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], $fan: Fan, rng: &mut R) {
                $draw(values, $variance, rng);
            }
        }
    )*};
}

scaling! {
    /// Uniform with variance `2 / (inputs + outputs)`, Keras's default. In `network!`: `glorot_uniform`.
    ///
    /// Source: X. Glorot, Y. Bengio, *Understanding the Difficulty of Training Deep Feedforward Neural Networks*, 2010.
    GlorotUniform = uniform(fan => 2.0 / (fan.inputs + fan.outputs) as f64);
    /// Truncated normal with variance `2 / (inputs + outputs)`. In `network!`: `glorot_normal`.
    ///
    /// Source: X. Glorot, Y. Bengio, *Understanding the Difficulty of Training Deep Feedforward Neural Networks*, 2010.
    GlorotNormal = truncated_normal(fan => 2.0 / (fan.inputs + fan.outputs) as f64);
    /// Uniform with variance `2 / inputs`, for relu. In `network!`: `he_uniform`.
    ///
    /// Source: K. He and others, *Delving Deep into Rectifiers*, 2015.
    HeUniform = uniform(fan => 2.0 / fan.inputs as f64);
    /// Truncated normal with variance `2 / inputs`, for relu. In `network!`: `he_normal`.
    ///
    /// Source: K. He and others, *Delving Deep into Rectifiers*, 2015.
    HeNormal = truncated_normal(fan => 2.0 / fan.inputs as f64);
    /// Uniform with variance `1 / inputs`. In `network!`: `lecun_uniform`.
    ///
    /// Source: Y. Le Cun and others, *Efficient Backprop*, 1998.
    LecunUniform = uniform(fan => 1.0 / fan.inputs as f64);
    /// Truncated normal with variance `1 / inputs`, for selu. In `network!`: `lecun_normal`.
    ///
    /// Source: Y. Le Cun and others, *Efficient Backprop*, 1998.
    LecunNormal = truncated_normal(fan => 1.0 / fan.inputs as f64);
}
