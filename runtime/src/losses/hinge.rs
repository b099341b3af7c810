use fearless_simd::{Select, Simd, SimdBase};

use super::Pointwise;
use crate::scalar::Scalar;

/// `mean(max(1 - t y, 0))` over the outputs: how far each is from the right side of the margin.
///
/// Targets are -1 and 1, or 0 and 1, where 0 stands for -1. Wants `tanh` or no activation at the end of the network.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::Hinge;
///
/// // what goes in, goes out
/// network! { Given: f64 = Activation(2 -> 2, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(Hinge, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[0.5, -2.0]], &[[1.0, 0.0]]))?.loss;
/// assert_eq!(loss, 0.25);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hinge;

/// The target, with -1 in place of 0.
#[inline(always)]
pub(super) fn sign<T: Scalar, S: Simd>(simd: S, t: T::Vector<S>) -> T::Vector<S> {
    t.simd_eq(T::ZERO).select(T::Vector::<S>::splat(simd, -T::ONE), t)
}

/// `max(1 - t y, 0)`; NaN stays NaN.
#[inline(always)]
pub(super) fn margin<T: Scalar, S: Simd>(simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
    let zero = T::Vector::<S>::splat(simd, T::ZERO);
    let short = T::Vector::<S>::splat(simd, T::ONE) - sign::<T, S>(simd, t) * y;
    short.simd_lt(zero).select(zero, short)
}

impl Pointwise for Hinge {
    const NAME: &'static str = "hinge";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        margin::<T, S>(simd, y, t)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        margin::<T, S>(simd, y, t).simd_gt(zero).select(-sign::<T, S>(simd, t), zero)
    }
}
