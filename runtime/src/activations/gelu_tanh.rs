use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use fearless_simd::{Simd, SimdFloat};

use super::{Elementwise, KeepInput};
use crate::scalar::Scalar;

/// The Gaussian error linear unit by a formula that comes close to it,
/// `f(x) = x/2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`: Keras's `gelu(approximate=True)`. In `network!`:
/// `gelu_tanh`.
///
/// ```
/// use typenet::activations::{Activation, GeluTanh};
///
/// assert_eq!(format!("{:.4?}", GeluTanh.apply([-2.0, -0.5, 1.0])), "[-0.0454, -0.1543, 0.8412]");
/// ```
///
/// Source: D. Hendrycks, K. Gimpel, *Gaussian Error Linear Units*, 2016.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GeluTanh;

/// `sqrt(2 / pi)`
const ROOT: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
const CUBIC: f64 = 0.044_715;

/// What the tanh is taken of.
#[inline(always)]
fn inner<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(x: V) -> V {
    x * (x * x * T::from_f64(CUBIC) + T::ONE) * T::from_f64(ROOT)
}

impl Elementwise for GeluTanh {
    type Keep = KeepInput;
    const NAME: &'static str = "gelu_tanh";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        let half = x * T::from_f64(0.5);
        half.mul_add(T::tanh(inner(x)), half)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        // (1 + t) / 2 + x/2 (1 - t^2) inner'(x)
        let t = T::tanh(inner(x));
        let d_inner = (x * x * T::from_f64(3.0 * CUBIC) + T::ONE) * T::from_f64(ROOT);
        let bend = (V::splat(simd, T::ONE) - t * t) * d_inner * x;
        (t + T::ONE + bend) * T::from_f64(0.5)
    }
}
