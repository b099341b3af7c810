//! Gradients that are too large.

use fearless_simd::Simd;
use libm::sqrt;

use super::norm::{scale, squares};
use crate::error::Error;
use crate::layers::LayerInfo;
use crate::layers::naming::variables;
use crate::scalar::Scalar;
use crate::setting::{self, Must};

/// What is limited, and to what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Clip {
    /// Each number.
    Value(f64),
    /// The norm of each tensor.
    Norm(f64),
    /// The norm of all numbers.
    GlobalNorm(f64),
}

impl Clip {
    /// Whether the limit makes sense.
    pub(super) fn check(self) -> Result<(), Error> {
        let (clip, limit) = match self {
            Self::Value(limit) => ("clipvalue", limit),
            Self::Norm(limit) => ("clipnorm", limit),
            Self::GlobalNorm(limit) => ("global_clipnorm", limit),
        };
        setting::check(clip, &[("limit", limit, Must::NotNegative)])
    }

    /// Limits the gradient of these layers.
    #[inline(always)]
    pub(super) fn limit<T: Scalar, S: Simd>(self, simd: S, layers: &'static [LayerInfo], gradient: &mut [T]) {
        match self {
            Self::Value(limit) => {
                let (low, high) = (T::from_f64(-limit), T::from_f64(limit));
                for g in gradient {
                    // NaN stays NaN
                    *g = match *g {
                        g if g < low => low,
                        g if g > high => high,
                        g => g,
                    };
                }
            }
            Self::Norm(limit) => {
                for variable in variables(layers) {
                    limit_norm(simd, gradient.get_mut(variable.range).unwrap_or_default(), limit);
                }
            }
            Self::GlobalNorm(limit) => limit_norm(simd, gradient, limit),
        }
    }
}

/// Scales a gradient to this norm, if it has a larger one.
#[inline(always)]
fn limit_norm<T: Scalar, S: Simd>(simd: S, gradient: &mut [T], limit: f64) {
    let norm = sqrt(squares(simd, gradient));
    if norm > limit {
        scale(gradient, limit / norm);
    }
}
