use fearless_simd::{Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = x`: no activation. In `network!`: `linear`, or leave it out.
///
/// ```
/// use typenet::activations::{Activation, Linear};
///
/// assert_eq!(Linear.apply([-2.0, -0.5, 1.0]), [-2.0, -0.5, 1.0]);
/// ```
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
