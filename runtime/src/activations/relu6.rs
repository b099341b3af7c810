use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput, clamp};
use crate::scalar::Scalar;

/// `f(x) = min(max(x, 0), 6)`: a relu that does not grow beyond what few bits can hold. In `network!`: `relu6`.
///
/// ```
/// use typenet::activations::{Activation, Relu6};
///
/// assert_eq!(Relu6.apply([-2.0, 1.0, 8.0]), [0.0, 1.0, 6.0]);
/// ```
///
/// Source: A. Krizhevsky, *Convolutional Deep Belief Networks on CIFAR-10*, 2010.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relu6;

impl Elementwise for Relu6 {
    type Keep = KeepOutput;
    const NAME: &'static str = "relu6";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        clamp(simd, x, 0.0, 6.0)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        let inside = y.simd_gt(zero) & y.simd_lt(T::from_f64(6.0));
        inside.select(V::splat(simd, T::ONE), zero)
    }
}
