use fearless_simd::{Simd, SimdFloat};

use super::sigmoid::sigmoid;
use super::softplus::softplus;
use super::{Elementwise, KeepInput};
use crate::scalar::Scalar;

/// `f(x) = x * tanh(ln(1 + e^x))`. In `network!`: `mish`.
///
/// ```
/// use typenet::activations::{Activation, Mish};
///
/// assert_eq!(format!("{:.4?}", Mish.apply([-2.0, -0.5, 1.0])), "[-0.2525, -0.2207, 0.8651]");
/// ```
///
/// Source: D. Misra, *Mish: A Self Regularized Non-Monotonic Activation Function*, 2020.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mish;

impl Elementwise for Mish {
    type Keep = KeepInput;
    const NAME: &'static str = "mish";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        x * T::tanh(softplus(simd, x))
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        // t + x (1 - t^2) sigmoid(x), with t = tanh(softplus(x))
        let t = T::tanh(softplus(simd, x));
        let bend = (V::splat(simd, T::ONE) - t * t) * sigmoid(simd, x);
        x.mul_add(bend, t)
    }
}
