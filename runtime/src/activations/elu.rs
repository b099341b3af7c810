use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// The exponential linear unit, `f(x) = x` for `x > 0`, else `e^x - 1`. In `network!`: `elu`.
///
/// Source: D.-A. Clevert, T. Unterthiner, S. Hochreiter, *Fast and Accurate Deep Network Learning by Exponential
/// Linear Units*, 2016, with its `alpha` at 1, Keras's default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Elu;

impl Elementwise for Elu {
    type Keep = KeepOutput;
    const NAME: &'static str = "elu";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        x.simd_gt(zero).select(x, T::exp_m1(x))
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        // for x <= 0, e^x = y + 1
        let zero = V::splat(simd, T::ZERO);
        y.simd_gt(zero).select(V::splat(simd, T::ONE), y + T::ONE)
    }
}
