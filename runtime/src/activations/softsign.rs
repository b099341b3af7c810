use fearless_simd::{Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = x / (1 + |x|)`, a sigmoid with long tails. In `network!`: `softsign`.
///
/// ```
/// use typenet::activations::{Activation, Softsign};
///
/// assert_eq!(Softsign.apply([-3.0, 0.0, 1.0]), [-0.75, 0.0, 0.5]);
/// ```
///
/// Source: J. Bergstra and others, *Quadratic Features and Deep Architectures for Chunking*, 2009.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softsign;

impl Elementwise for Softsign {
    type Keep = KeepOutput;
    const NAME: &'static str = "softsign";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        x / (x.abs() + T::ONE)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        // 1 / (1 + |x|) = 1 - |y|
        let rest = V::splat(simd, T::ONE) - y.abs();
        rest * rest
    }
}
