use fearless_simd::{Select, Simd, SimdBase, SimdFloat};

use super::Pointwise;
use crate::error::Error;
use crate::scalar::Scalar;
use crate::setting::{self, Must};

/// `mean(e^2 / 2)` where `|e| <= delta`, else `mean(delta |e| - delta^2 / 2)`, with `e = y - t`: squares near the target,
/// straight lines far away. `Huber::default()` has Keras's delta of 1.
///
/// Source: P. Huber, *Robust Estimation of a Location Parameter*, 1964.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::Huber;
///
/// network! { Given: f64 = Activation(2 -> 2, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(Huber(0.5), Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[0.25, 2.0]], &[[0.0, 0.0]]))?.loss;
/// assert_eq!(loss, (0.03125 + 0.875) / 2.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber(pub f64);

impl Default for Huber {
    fn default() -> Self {
        Self(1.0)
    }
}

impl Pointwise for Huber {
    const NAME: &'static str = "huber";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let delta = T::Vector::<S>::splat(simd, T::from_f64(self.0));
        let size = (y - t).abs();
        let square = size * size * T::from_f64(0.5);
        size.simd_le(delta).select(square, delta * (size - delta * T::from_f64(0.5)))
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let delta = T::Vector::<S>::splat(simd, T::from_f64(self.0));
        let error = y - t;
        error.abs().simd_le(delta).select(error, delta.copysign(error))
    }

    fn check(&self) -> Result<(), Error> {
        setting::check("Huber", &[("delta", self.0, Must::NotNegative)])
    }
}
