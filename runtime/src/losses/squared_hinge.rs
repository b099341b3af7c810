use fearless_simd::Simd;

use super::Pointwise;
use super::hinge::{margin, sign};
use crate::scalar::Scalar;

/// `mean(max(1 - t y, 0)^2)` over the outputs.
///
/// Targets are -1 and 1, or 0 and 1, where 0 stands for -1. Wants `tanh` or no activation at the end of the network.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::SquaredHinge;
///
/// // what goes in, goes out
/// network! { Given: f64 = Activation(2 -> 2, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(SquaredHinge, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[0.5, -2.0]], &[[1.0, 0.0]]))?.loss;
/// assert_eq!(loss, 0.125);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SquaredHinge;

impl Pointwise for SquaredHinge {
    const NAME: &'static str = "squared_hinge";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let short = margin::<T, S>(simd, y, t);
        short * short
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        margin::<T, S>(simd, y, t) * sign::<T, S>(simd, t) * T::from_f64(-2.0)
    }
}
