use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput, clamp};
use crate::scalar::Scalar;

/// `f(x) = 0` for `x <= -1`, `x` for `x >= 1`, else `(x + 1)^2 / 4`: a softplus that is 0 where it is small. In
/// `network!`: `sparse_plus`.
///
/// ```
/// use typenet::activations::{Activation, SparsePlus};
///
/// assert_eq!(SparsePlus.apply([-2.0, 0.0, 2.0]), [0.0, 0.25, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SparsePlus;

impl Elementwise for SparsePlus {
    type Keep = KeepOutput;
    const NAME: &'static str = "sparse_plus";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        let half = clamp(simd, x + T::ONE, 0.0, 2.0) * T::from_f64(0.5);
        x.simd_ge(T::ONE).select(x, half * half)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        // (x + 1) / 2 = sqrt(y) between the corners
        let one = V::splat(simd, T::ONE);
        y.simd_ge(one).select(one, y.sqrt())
    }
}
