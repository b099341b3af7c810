use fearless_simd::{Select, Simd, SimdBase};

use super::Pointwise;
use crate::scalar::Scalar;

/// `mean(|y - t|)` over the outputs. Where `y = t` the gradient is 0.
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
/// let mut trainer = Trainer::new(MeanAbsoluteError, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[1.0, 2.0]], &[[0.0, 4.0]]))?.loss;
/// assert_eq!(loss, 1.5);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanAbsoluteError;

impl Pointwise for MeanAbsoluteError {
    const NAME: &'static str = "mean_absolute_error";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        (y - t).abs()
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let error = y - t;
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let one = T::Vector::<S>::splat(simd, T::ONE);
        error.simd_gt(zero).select(one, error.simd_lt(zero).select(-one, zero))
    }
}
