use fearless_simd::{Simd, SimdFloat};

use super::sigmoid::sigmoid;
use super::{Elementwise, KeepInput};
use crate::scalar::Scalar;

/// The sigmoid linear unit or swish, `f(x) = x / (1 + e^-x)`. In `network!`: `silu`.
///
/// ```
/// use typenet::activations::{Activation, Silu};
///
/// assert_eq!(format!("{:.4?}", Silu.apply([-2.0, -0.5, 1.0])), "[-0.2384, -0.1888, 0.7311]");
/// ```
///
/// Source: S. Elfwing, E. Uchibe, K. Doya, *Sigmoid-Weighted Linear Units for Neural Network Function Approximation
/// in Reinforcement Learning*, 2018.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Silu;

impl Elementwise for Silu {
    type Keep = KeepInput;
    const NAME: &'static str = "silu";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        x * sigmoid(simd, x)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        // s + x s (1 - s), with s = sigmoid(x)
        let s = sigmoid(simd, x);
        (x * s).mul_add(V::splat(simd, T::ONE) - s, s)
    }
}
