use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = x - threshold` for `x > threshold`, `x + threshold` for `x < -threshold`, else 0. In `network!`:
/// `soft_shrink`, with Keras's default threshold of 0.5, or `soft_shrink(0.1)`. The threshold is 0 or more.
///
/// ```
/// use typenet::activations::{Activation, SoftShrink};
///
/// assert_eq!(SoftShrink(0.5).apply([-2.0, -0.25, 1.0]), [-1.5, 0.0, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftShrink(pub f64);

impl Default for SoftShrink {
    fn default() -> Self {
        Self(0.5)
    }
}

impl Elementwise for SoftShrink {
    type Keep = KeepOutput;
    const NAME: &'static str = "soft_shrink";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        let threshold = V::splat(simd, T::from_f64(self.0));
        let shrunk = x - threshold.copysign(x);
        x.abs().simd_le(threshold).select(V::splat(simd, T::ZERO), shrunk)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        y.simd_eq(zero).select(zero, V::splat(simd, T::ONE))
    }
}
