use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// The rectified linear unit, `f(x) = max(x, 0)`. In `network!`: `relu`.
///
/// The slope at 0 is 0, as in Keras. NaN stays NaN, so that a network that has diverged says so.
///
/// ```
/// use typenet::activations::{Activation, Relu};
///
/// assert_eq!(Relu.apply([-2.0, -0.5, 1.0]), [0.0, 0.0, 1.0]);
/// ```
///
/// Source: V. Nair, G. Hinton, *Rectified Linear Units Improve Restricted Boltzmann Machines*, 2010.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relu;

impl Elementwise for Relu {
    type Keep = KeepOutput;
    const NAME: &'static str = "relu";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        // `maxps` gives its second operand where one is NaN, and `fmax` gives NaN; elsewhere the larger of a number and
        // NaN may be the number. `tests/activations.rs` sees to it
        if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            return zero.max(x);
        }
        x.simd_lt(zero).select(zero, x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        y.simd_gt(zero).select(V::splat(simd, T::ONE), zero)
    }
}
