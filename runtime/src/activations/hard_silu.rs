use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepInput, clamp};
use crate::scalar::Scalar;

/// `f(x) = x * min(max((x + 3) / 6, 0), 1)`, a silu of straight lines and a parabola. In `network!`: `hard_silu`; Keras
/// calls it `hard_swish` too.
///
/// ```
/// use typenet::activations::{Activation, HardSilu};
///
/// assert_eq!(HardSilu.apply([-4.0, 1.5, 4.0]), [0.0, 1.125, 4.0]);
/// ```
///
/// Source: A. Howard and others, *Searching for `MobileNetV3`*, 2019.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HardSilu;

impl Elementwise for HardSilu {
    type Keep = KeepInput;
    const NAME: &'static str = "hard_silu";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        x * clamp(simd, (x + T::from_f64(3.0)) * T::from_f64(1.0 / 6.0), 0.0, 1.0)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        let (zero, one) = (V::splat(simd, T::ZERO), V::splat(simd, T::ONE));
        let inside = x * T::from_f64(1.0 / 3.0) + T::from_f64(0.5);
        let inside = x.simd_le(T::from_f64(-3.0)).select(zero, inside);
        x.simd_ge(T::from_f64(3.0)).select(one, inside)
    }
}
