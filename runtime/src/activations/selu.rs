use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// The scaled exponential linear unit, `f(x) = scale * x` for `x > 0`, else `scale * alpha * (e^x - 1)`, with
/// `scale = 1.0507...` and `alpha = 1.6732...`: it keeps mean 0 and variance 1 from layer to layer, given
/// `kernel_initializer = lecun_normal`. In `network!`: `selu`.
///
/// ```
/// use typenet::activations::{Activation, Selu};
///
/// assert_eq!(format!("{:.4?}", Selu.apply([-2.0, -0.5, 1.0])), "[-1.5202, -0.6918, 1.0507]");
/// ```
///
/// Source: G. Klambauer and others, *Self-Normalizing Neural Networks*, 2017.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Selu;

const SCALE: f64 = 1.050_700_987_355_480_5;
const ALPHA: f64 = 1.673_263_242_354_377_2;

impl Elementwise for Selu {
    type Keep = KeepOutput;
    const NAME: &'static str = "selu";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        let below = T::exp_m1(x) * T::from_f64(SCALE * ALPHA);
        x.simd_gt(zero).select(x * T::from_f64(SCALE), below)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        // for x <= 0, scale alpha e^x = y + scale alpha
        let zero = V::splat(simd, T::ZERO);
        let scale = V::splat(simd, T::from_f64(SCALE));
        y.simd_gt(zero).select(scale, y + T::from_f64(SCALE * ALPHA))
    }
}
