use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// The exponential linear unit, `f(x) = x` for `x > 0`, else `alpha * (e^x - 1)`. In `network!`: `elu`, with Keras's
/// default alpha of 1, or `elu(0.5)`. Alpha is 0 or more.
///
/// ```
/// use typenet::activations::{Activation, Elu};
///
/// assert_eq!(format!("{:.4?}", Elu(1.0).apply([-2.0, -0.5, 1.0])), "[-0.8647, -0.3935, 1.0000]");
/// ```
///
/// Source: D.-A. Clevert, T. Unterthiner, S. Hochreiter, *Fast and Accurate Deep Network Learning by Exponential
/// Linear Units*, 2016.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu(pub f64);

impl Default for Elu {
    fn default() -> Self {
        Self(1.0)
    }
}

impl Elementwise for Elu {
    type Keep = KeepOutput;
    const NAME: &'static str = "elu";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        x.simd_gt(zero).select(x, T::exp_m1(x) * T::from_f64(self.0))
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        // for x <= 0, alpha e^x = y + alpha
        let zero = V::splat(simd, T::ZERO);
        y.simd_gt(zero).select(V::splat(simd, T::ONE), y + T::from_f64(self.0))
    }
}
