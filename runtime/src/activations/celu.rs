use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// The continuously differentiable exponential linear unit, `f(x) = x` for `x > 0`, else `alpha * (e^(x / alpha) - 1)`.
/// In `network!`: `celu`, with Keras's default alpha of 1, or `celu(0.5)`. Alpha is more than 0.
///
/// ```
/// use typenet::activations::{Activation, Celu};
///
/// assert_eq!(format!("{:.4?}", Celu(0.5).apply([-2.0, -0.5, 1.0])), "[-0.4908, -0.3161, 1.0000]");
/// ```
///
/// Source: J. Barron, *Continuously Differentiable Exponential Linear Units*, 2017.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Celu(pub f64);

impl Default for Celu {
    fn default() -> Self {
        Self(1.0)
    }
}

impl Elementwise for Celu {
    type Keep = KeepOutput;
    const NAME: &'static str = "celu";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        let below = T::exp_m1(x * T::from_f64(1.0 / self.0)) * T::from_f64(self.0);
        x.simd_gt(zero).select(x, below)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        // for x <= 0, e^(x / alpha) = y / alpha + 1
        let zero = V::splat(simd, T::ZERO);
        let below = y * T::from_f64(1.0 / self.0) + T::ONE;
        y.simd_gt(zero).select(V::splat(simd, T::ONE), below)
    }
}
