use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = ln(1 + e^x)`, a smooth relu. In `network!`: `softplus`.
///
/// ```
/// use typenet::activations::{Activation, Softplus};
///
/// assert_eq!(format!("{:.4?}", Softplus.apply([-2.0, 0.0, 2.0])), "[0.1269, 0.6931, 2.1269]");
/// ```
///
/// Source: C. Dugas and others, *Incorporating Second-Order Functional Knowledge for Better Option Pricing*, 2001.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softplus;

/// `ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)`, which neither overflows nor cancels. NaN stays NaN.
#[inline(always)]
pub(crate) fn softplus<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(simd: S, x: V) -> V {
    let zero = V::splat(simd, T::ZERO);
    let positive = x.simd_lt(zero).select(zero, x);
    positive + T::ln_1p(T::exp(-x.abs()))
}

impl Elementwise for Softplus {
    type Keep = KeepOutput;
    const NAME: &'static str = "softplus";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        softplus(simd, x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, y: V) -> V {
        // sigmoid(x) = 1 - e^-y
        -T::exp_m1(-y)
    }
}
