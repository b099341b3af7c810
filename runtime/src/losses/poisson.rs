use fearless_simd::{Simd, SimdBase};

use super::{EPSILON, Pointwise};
use crate::scalar::Scalar;

/// `mean(y - t ln(y + 1e-7))` over the outputs, for targets that are counts. Wants positive outputs, as `softplus` or
/// `exponential` gives them.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::Poisson;
///
/// // what goes in, goes out
/// network! { Given: f64 = Activation(2 -> 2, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(Poisson, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[1.0, 2.0]], &[[0.0, 1.0]]))?.loss;
/// assert!((loss - (1.0 + 2.0 - 2_f64.ln()) / 2.0).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
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
