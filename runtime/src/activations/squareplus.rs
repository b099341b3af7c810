use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = (x + sqrt(x^2 + b)) / 2`, a softplus without an exponential. In `network!`: `squareplus`, with Keras's
/// default b of 4, or `squareplus(1.0)`. `b` is more than 0.
///
/// ```
/// use typenet::activations::{Activation, Squareplus};
///
/// assert_eq!(Squareplus(4.0).apply([-1.5, 0.0, 1.5]), [0.5, 1.0, 2.0]);
/// ```
///
/// Source: J. Barron, *Squareplus: A Softplus-Like Algebraic Rectifier*, 2021.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Squareplus(pub f64);

impl Default for Squareplus {
    fn default() -> Self {
        Self(4.0)
    }
}

impl Elementwise for Squareplus {
    type Keep = KeepOutput;
    const NAME: &'static str = "squareplus";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        // f(x) f(-x) = b / 4, so that nothing cancels below 0
        let quarter = T::from_f64(self.0 * 0.25);
        let size = ((x * x + T::from_f64(self.0)).sqrt() + x.abs()) * T::from_f64(0.5);
        x.simd_lt(T::ZERO).select(V::splat(simd, quarter) / size, size)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, y: V) -> V {
        // f'(x) = y / sqrt(x^2 + b), and sqrt(x^2 + b) = y + b / (4 y)
        let square = y * y;
        square / (square + T::from_f64(self.0 * 0.25))
    }
}
