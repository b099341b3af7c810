use fearless_simd::{Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// The hyperbolic tangent, `f(x) = tanh(x)`. In `network!`: `tanh`.
///
/// ```
/// use typenet::activations::{Activation, Tanh};
///
/// assert_eq!(format!("{:.4?}", Tanh.apply([-1.0, 0.5, 2.0])), "[-0.7616, 0.4621, 0.9640]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tanh;

impl Elementwise for Tanh {
    type Keep = KeepOutput;
    const NAME: &'static str = "tanh";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        T::tanh(x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        V::splat(simd, T::ONE) - y * y
    }
}
