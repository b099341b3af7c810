use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput, clamp};
use crate::scalar::Scalar;

/// `f(x) = min(max(x, -1), 1)`, a tanh of straight lines. In `network!`: `hard_tanh`.
///
/// ```
/// use typenet::activations::{Activation, HardTanh};
///
/// assert_eq!(HardTanh.apply([-2.0, 0.5, 3.0]), [-1.0, 0.5, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HardTanh;

impl Elementwise for HardTanh {
    type Keep = KeepOutput;
    const NAME: &'static str = "hard_tanh";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        clamp(simd, x, -1.0, 1.0)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        let inside = y.abs().simd_lt(T::ONE);
        inside.select(V::splat(simd, T::ONE), V::splat(simd, T::ZERO))
    }
}
