use fearless_simd::{Select, Simd, SimdBase, SimdFloat};

use super::{EPSILON, Pointwise};
use crate::scalar::Scalar;

/// `100 mean(|y - t| / |t|)` over the outputs, with `|t|` at least 1e-7. Where `y = t` the gradient is 0.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::MeanAbsolutePercentageError;
///
/// // what goes in, goes out
/// network! { Given: f64 = Activation(2 -> 2, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(MeanAbsolutePercentageError, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[1.0, 3.0]], &[[2.0, 4.0]]))?.loss;
/// assert_eq!(loss, 37.5);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanAbsolutePercentageError;

impl Pointwise for MeanAbsolutePercentageError {
    const NAME: &'static str = "mean_absolute_percentage_error";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        (y - t).abs() / t.abs().max(T::from_f64(EPSILON)) * T::from_f64(100.0)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let error = y - t;
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let slope = T::Vector::<S>::splat(simd, T::from_f64(100.0)) / t.abs().max(T::from_f64(EPSILON));
        error.simd_eq(zero).select(zero, slope.copysign(error))
    }
}
