use fearless_simd::Simd;

use super::Pointwise;
use crate::scalar::Scalar;

/// `mean((y - t)^2)` over the outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanSquaredError;

impl Pointwise for MeanSquaredError {
    const NAME: &'static str = "mean_squared_error";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        (y - t) * (y - t)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        (y - t) * T::from_f64(2.0)
    }
}
