use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepInput};
use crate::scalar::Scalar;

/// `f(x) = x` for `x > threshold`, else a value of its own. In `network!`: `threshold(0.5, 0.0)`, the threshold and the
/// value.
///
/// ```
/// use typenet::activations::{Activation, Threshold};
///
/// assert_eq!(Threshold(0.5, -1.0).apply([-2.0, 0.25, 1.0]), [-1.0, -1.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold(pub f64, pub f64);

impl Elementwise for Threshold {
    type Keep = KeepInput;
    const NAME: &'static str = "threshold";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        x.simd_le(T::from_f64(self.0)).select(V::splat(simd, T::from_f64(self.1)), x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        let (zero, one) = (V::splat(simd, T::ZERO), V::splat(simd, T::ONE));
        x.simd_le(T::from_f64(self.0)).select(zero, one)
    }
}
