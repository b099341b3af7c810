use fearless_simd::{Select, Simd, SimdBase};

use super::{EPSILON, Pointwise};
use crate::scalar::Scalar;

/// `mean((ln(1 + y) - ln(1 + t))^2)` over the outputs, with outputs and targets at least 1e-7, below which the gradient
/// is 0: for targets of many orders of magnitude.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::MeanSquaredLogarithmicError;
///
/// // what goes in, goes out
/// network! { Given: f64 = Activation(2 -> 2, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(MeanSquaredLogarithmicError, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[99.0, 9.0]], &[[9.0, 99.0]]))?.loss;
/// assert!((loss - 10_f64.ln().powi(2)).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanSquaredLogarithmicError;

/// `ln(1 + x)`, with `x` at least 1e-7. NaN stays NaN, where `max` may drop it.
#[inline(always)]
fn log<T: Scalar, S: Simd>(simd: S, x: T::Vector<S>) -> T::Vector<S> {
    let least = T::Vector::<S>::splat(simd, T::from_f64(EPSILON));
    T::ln_1p(x.simd_lt(least).select(least, x))
}

impl Pointwise for MeanSquaredLogarithmicError {
    const NAME: &'static str = "mean_squared_logarithmic_error";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let error = log::<T, S>(simd, y) - log::<T, S>(simd, t);
        error * error
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let slope = (log::<T, S>(simd, y) - log::<T, S>(simd, t)) * T::from_f64(2.0) / (y + T::ONE);
        y.simd_gt(T::from_f64(EPSILON)).select(slope, T::Vector::<S>::splat(simd, T::ZERO))
    }
}
