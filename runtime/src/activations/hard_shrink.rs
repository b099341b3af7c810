use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = x` for `|x| > threshold`, else 0. In `network!`: `hard_shrink`, with Keras's default threshold of 0.5, or
/// `hard_shrink(0.1)`. The threshold is 0 or more.
///
/// ```
/// use typenet::activations::{Activation, HardShrink};
///
/// assert_eq!(HardShrink(0.5).apply([-2.0, -0.25, 1.0]), [-2.0, 0.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HardShrink(pub f64);

impl Default for HardShrink {
    fn default() -> Self {
        Self(0.5)
    }
}

impl Elementwise for HardShrink {
    type Keep = KeepOutput;
    const NAME: &'static str = "hard_shrink";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        x.abs().simd_le(T::from_f64(self.0)).select(V::splat(simd, T::ZERO), x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        y.simd_eq(zero).select(zero, V::splat(simd, T::ONE))
    }
}
