use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput, clamp};
use crate::scalar::Scalar;

/// `f(x) = min(max((x + 3) / 6, 0), 1)`, a sigmoid of straight lines. In `network!`: `hard_sigmoid`.
///
/// ```
/// use typenet::activations::{Activation, HardSigmoid};
///
/// assert_eq!(HardSigmoid.apply([-4.0, 0.0, 1.5]), [0.0, 0.5, 0.75]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HardSigmoid;

impl Elementwise for HardSigmoid {
    type Keep = KeepOutput;
    const NAME: &'static str = "hard_sigmoid";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        clamp(simd, (x + T::from_f64(3.0)) * T::from_f64(1.0 / 6.0), 0.0, 1.0)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        let inside = y.simd_gt(zero) & y.simd_lt(T::ONE);
        inside.select(V::splat(simd, T::from_f64(1.0 / 6.0)), zero)
    }
}
