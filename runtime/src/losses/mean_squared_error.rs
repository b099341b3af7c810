use fearless_simd::Simd;

use super::Pointwise;
use crate::scalar::Scalar;

/// `mean((y - t)^2)` over the outputs.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// // what goes in, goes out
/// network! { Given: f64 = Activation(2 -> 2, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[1.0, 2.0]], &[[0.0, 2.0]]))?.loss;
/// assert_eq!(loss, 0.5);
/// # Ok(())
/// # }
/// ```
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
