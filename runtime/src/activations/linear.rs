use fearless_simd::{Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = x`: no activation. In `network!`: `linear`, or leave it out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Linear;

impl Elementwise for Linear {
    type Keep = KeepOutput;
    const NAME: &'static str = "linear";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        x
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, _: V) -> V {
        V::splat(simd, T::ONE)
    }
}
