use fearless_simd::{Simd, SimdBase};

use super::Pointwise;
use crate::scalar::Scalar;

/// `mean(ln(cosh(y - t)))` over the outputs: like squares near the target, like straight lines far away.
///
/// Computed as `|e| + ln(1 + e^(-2 |e|)) - ln(2)`, which does not overflow.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::LogCosh;
///
/// // what goes in, goes out
/// network! { Given: f64 = Activation(2 -> 2, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(LogCosh, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[0.0, 3.0]], &[[0.0, 2.0]]))?.loss;
/// assert!((loss - 1_f64.cosh().ln() / 2.0).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogCosh;

impl Pointwise for LogCosh {
    const NAME: &'static str = "log_cosh";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let size = (y - t).abs();
        size + T::ln_1p(T::exp(size * T::from_f64(-2.0))) - T::from_f64(core::f64::consts::LN_2)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        T::tanh(y - t)
    }
}
