use fearless_simd::{Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = e^x`. In `network!`: `exponential`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exponential;

impl Elementwise for Exponential {
    type Keep = KeepOutput;
    const NAME: &'static str = "exponential";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        T::exp(x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, y: V) -> V {
        y
    }
}
