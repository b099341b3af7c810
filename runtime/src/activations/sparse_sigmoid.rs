use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput, clamp};
use crate::scalar::Scalar;

/// `f(x) = min(max((x + 1) / 2, 0), 1)`. In `network!`: `sparse_sigmoid`.
///
/// ```
/// use typenet::activations::{Activation, SparseSigmoid};
///
/// assert_eq!(SparseSigmoid.apply([-2.0, 0.5, 2.0]), [0.0, 0.75, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SparseSigmoid;

impl Elementwise for SparseSigmoid {
    type Keep = KeepOutput;
    const NAME: &'static str = "sparse_sigmoid";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        clamp(simd, (x + T::ONE) * T::from_f64(0.5), 0.0, 1.0)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        let inside = y.simd_gt(zero) & y.simd_lt(T::ONE);
        inside.select(V::splat(simd, T::from_f64(0.5)), zero)
    }
}
