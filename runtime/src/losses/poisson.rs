use fearless_simd::{Simd, SimdBase};

use super::{EPSILON, Pointwise};
use crate::scalar::Scalar;

/// `mean(y - t ln(y + 1e-7))` over the outputs, for targets that are counts. Wants positive outputs, as `softplus` or
/// `exponential` gives them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Poisson;

impl Pointwise for Poisson {
    const NAME: &'static str = "poisson";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        y - t * T::ln(y + T::from_f64(EPSILON))
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        T::Vector::<S>::splat(simd, T::ONE) - t / (y + T::from_f64(EPSILON))
    }
}
