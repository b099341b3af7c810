use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use fearless_simd::{Simd, SimdFloat};

use super::{Elementwise, KeepInput};
use crate::scalar::Scalar;

/// The Gaussian error linear unit, exact: `f(x) = x P(X <= x) = x/2 (1 + erf(x / sqrt(2)))`. In `network!`: `gelu`.
///
/// ```
/// use typenet::activations::{Activation, Gelu};
///
/// assert_eq!(format!("{:.4?}", Gelu.apply([-2.0, -0.5, 1.0])), "[-0.0455, -0.1543, 0.8413]");
/// ```
///
/// Source: D. Hendrycks, K. Gimpel, *Gaussian Error Linear Units*, 2016.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gelu;

/// The normal distribution's probability below `x`.
#[inline(always)]
fn below<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(x: V) -> V {
    let half = T::from_f64(0.5);
    T::erf(x * T::from_f64(FRAC_1_SQRT_2)) * half + half
}

impl Elementwise for Gelu {
    type Keep = KeepInput;
    const NAME: &'static str = "gelu";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        x * below::<T, S, V>(x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        // the density, e^(-x^2 / 2) / sqrt(2 pi)
        let density = T::exp(x * x * T::from_f64(-0.5)) * T::from_f64(FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * 0.5);
        x.mul_add(density, below::<T, S, V>(x))
    }
}
