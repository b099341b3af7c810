//! Optimizers: how a gradient moves the parameters.
//!
//! Parameters, gradient and slots (velocity and the like) are values of the same struct, seen as flat slices: an
//! optimizer is one loop over them, and knows nothing of layers.

#[cfg(feature = "alloc")]
mod descend;
mod sgd;

use core::fmt::Debug;

use fearless_simd::Simd;

#[cfg(feature = "alloc")]
pub(crate) use self::descend::Descend;
pub use self::sgd::Sgd;
pub use crate::kernels::flat::Update;
use crate::scalar::Scalar;

/// How a gradient moves the parameters.
///
/// ```
/// use typenet::optimizers::{Optimizer, Step, Update};
/// use typenet::prelude::*;
/// use typenet::simd::{Simd, SimdBase, SimdFloat};
///
/// /// Steps as long as the learning rate, whatever the gradient: `w -= rate * sign(g)`.
/// #[derive(Clone, Copy, Debug)]
/// struct SignDescent(f64);
///
/// impl Optimizer for SignDescent {
///     const SLOTS: usize = 0;
///
///     fn learning_rate(&self, _: u64) -> f64 {
///         self.0
///     }
///
///     fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
///         let rate = T::Vector::<S>::splat(simd, T::from_f64(step.learning_rate));
///         update.each(simd, |w, g, []| (w - rate.copysign(g), []));
///     }
/// }
/// ```
pub trait Optimizer: Clone + Debug + Send {
    /// How many numbers it remembers of each parameter; they start as zeros.
    const SLOTS: usize;

    /// The learning rate of step `iteration`, which counts batches from 0.
    fn learning_rate(&self, iteration: u64) -> f64;

    /// Moves parameters: all of them, or those of a window, so that a step may take many calls. What it reads beside
    /// `update` must be the same in all calls of a step.
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>);
}

/// Which step it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// How many steps came before.
    pub iteration: u64,
    /// [`Optimizer::learning_rate`] of it.
    pub learning_rate: f64,
}
