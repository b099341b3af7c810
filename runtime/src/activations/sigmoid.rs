use fearless_simd::{Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// The logistic function, `f(x) = 1 / (1 + e^-x)`. In `network!`: `sigmoid`.
///
/// ```
/// use typenet::activations::{Activation, Sigmoid};
///
/// assert_eq!(format!("{:.4?}", Sigmoid.apply([-2.0, 0.0, 2.0])), "[0.1192, 0.5000, 0.8808]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sigmoid;

/// `1 / (1 + e^-x)`. Where `e^-x` overflows, the quotient is 0, as it should be.
#[inline(always)]
pub(crate) fn sigmoid<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(simd: S, x: V) -> V {
    V::splat(simd, T::ONE) / (T::exp(-x) + T::ONE)
}

impl Elementwise for Sigmoid {
    type Keep = KeepOutput;
    const NAME: &'static str = "sigmoid";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        sigmoid(simd, x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        y * (V::splat(simd, T::ONE) - y)
    }
}
