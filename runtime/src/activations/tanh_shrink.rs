use fearless_simd::{Simd, SimdFloat};

use super::{Elementwise, KeepInput};
use crate::scalar::Scalar;

/// `f(x) = x - tanh(x)`. In `network!`: `tanh_shrink`.
///
/// ```
/// use typenet::activations::{Activation, TanhShrink};
///
/// assert_eq!(format!("{:.4?}", TanhShrink.apply([-1.0, 0.5, 2.0])), "[-0.2384, 0.0379, 1.0360]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TanhShrink;

impl Elementwise for TanhShrink {
    type Keep = KeepInput;
    const NAME: &'static str = "tanh_shrink";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        x - T::tanh(x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        let t = T::tanh(x);
        t * t
    }
}
