//! Initialisers whose variance is scaled by the fan.

use libm::sqrt;
use rand::distr::{Distribution, StandardUniform};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::{Fan, Initializer};
use crate::scalar::Scalar;

/// The standard deviation of a standard normal distribution cut at two; dividing by it restores the variance.
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

/// Uniform in `[-limit, limit]`, with the variance `limit^2 / 3`.
fn uniform<T: Scalar, R: Rng + ?Sized>(values: &mut [T], variance: f64, rng: &mut R) {
    let limit = sqrt(3.0 * variance);
    for value in values {
        let unit: f64 = rng.sample(StandardUniform);
        *value = T::from_f64(limit * (2.0 * unit - 1.0));
    }
}

/// Normal, cut at two standard deviations, with the given variance.
fn truncated_normal<T: Scalar, R: Rng + ?Sized>(values: &mut [T], variance: f64, rng: &mut R) {
    let deviation = sqrt(variance) / TRUNCATED_DEVIATION;
    for value in values {
        let unit = loop {
            let unit: f64 = StandardNormal.sample(rng);
            if unit.abs() <= 2.0 {
                break unit;
            }
        };
        *value = T::from_f64(deviation * unit);
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
