use fearless_simd::{Simd, SimdFloat};

use super::softplus::softplus;
use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = ln(1 / (1 + e^-x))`. In `network!`: `log_sigmoid`.
///
/// ```
/// use typenet::activations::{Activation, LogSigmoid};
///
/// assert_eq!(format!("{:.4?}", LogSigmoid.apply([-2.0, 0.0, 2.0])), "[-2.1269, -0.6931, -0.1269]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogSigmoid;

impl Elementwise for LogSigmoid {
    type Keep = KeepOutput;
    const NAME: &'static str = "log_sigmoid";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        -softplus(simd, -x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, y: V) -> V {
        // sigmoid(-x) = 1 - e^y
        -T::exp_m1(y)
    }
}
