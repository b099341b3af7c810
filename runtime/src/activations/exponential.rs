use fearless_simd::{Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = e^x`. In `network!`: `exponential`.
///
/// ```
/// use typenet::activations::{Activation, Exponential};
///
/// assert_eq!(format!("{:.4?}", Exponential.apply([-1.0, 0.0, 1.0])), "[0.3679, 1.0000, 2.7183]");
/// ```
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
