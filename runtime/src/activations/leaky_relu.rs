use fearless_simd::{Select, Simd, SimdFloat};

use super::{Elementwise, KeepOutput};
use crate::scalar::Scalar;

/// `f(x) = x` for `x > 0`, else `slope * x`. In `network!`: `leaky_relu`, with Keras's default slope of 0.2, or
/// `leaky_relu(0.01)`. The slope is 0 or more.
///
/// ```
/// use typenet::activations::{Activation, LeakyRelu};
///
/// assert_eq!(LeakyRelu(0.25).apply([-2.0, -0.5, 1.0]), [-0.5, -0.125, 1.0]);
/// ```
///
/// Source: A. Maas, A. Hannun, A. Ng, *Rectifier Nonlinearities Improve Neural Network Acoustic Models*, 2013.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu(pub f64);

impl Default for LeakyRelu {
    fn default() -> Self {
        Self(0.2)
    }
}

impl Elementwise for LeakyRelu {
    type Keep = KeepOutput;
    const NAME: &'static str = "leaky_relu";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        let zero = V::splat(simd, T::ZERO);
        x.simd_gt(zero).select(x, x * T::from_f64(self.0))
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, y: V) -> V {
        // the output has the sign of the input
        let zero = V::splat(simd, T::ZERO);
        let slope = V::splat(simd, T::from_f64(self.0));
        y.simd_gt(zero).select(V::splat(simd, T::ONE), slope)
    }
}
