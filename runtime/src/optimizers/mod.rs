//! Optimizers: how a gradient moves the parameters.
//!
//! Parameters, gradient and slots (velocity and the like) are values of the same struct, seen as flat slices: an
//! optimizer is one loop over them, and knows nothing of layers.
//!
//! Names, defaults and numbers are Keras's. A learning rate is a number or one of the
//! [`schedules`](crate::schedules), and every optimizer can be told, as in Keras, to clip gradients, to let weights
//! decay, to average them or to gather several batches: see [`Extended`].
//!
//! ```
//! use typenet::prelude::*;
//! use typenet::schedules::CosineDecay;
//!
//! let plain = Adam::new(0.001);
//! let careful = Lion::new(CosineDecay::new(0.0001, 10_000)).weight_decay(0.1).global_clipnorm(1.0);
//! ```

// from a complete gradient to moved parameters
mod descend;

// what all can be told
mod clip;
mod extended;

// what some share
mod norm;
mod of_step;
mod orthogonal;
mod tensors;

// the optimizers
mod adadelta;
mod adafactor;
mod adagrad;
mod adam;
mod adam_w;
mod adamax;
mod ftrl;
mod lamb;
mod lion;
mod muon;
mod nadam;
mod rms_prop;
mod schedule_free_adam_w;
mod sgd;

use core::fmt::Debug;

use fearless_simd::Simd;

pub use self::adadelta::Adadelta;
pub use self::adafactor::Adafactor;
pub use self::adagrad::Adagrad;
pub use self::adam::Adam;
pub use self::adam_w::AdamW;
pub use self::adamax::Adamax;
pub(crate) use self::descend::Descend;
#[cfg(feature = "alloc")]
pub(crate) use self::descend::Held;
pub use self::extended::Extended;
pub use self::ftrl::Ftrl;
pub use self::lamb::Lamb;
pub use self::lion::Lion;
pub use self::muon::Muon;
pub use self::nadam::Nadam;
use self::of_step::OfStep;
pub use self::rms_prop::RmsProp;
pub use self::schedule_free_adam_w::ScheduleFreeAdamW;
pub use self::sgd::Sgd;
use crate::error::Error;
pub use crate::kernels::flat::Update;
use crate::layers::LayerInfo;
use crate::scalar::Scalar;

/// How a gradient moves the parameters.
///
/// One of your own goes to [`Trainer::new`](crate::Trainer::new) like those that there are:
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
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
///         update.each(
///             simd,
///             #[inline(always)]
///             |w, g, []| (w - rate.copysign(g), []),
///         );
///     }
/// }
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// Trainer::new(MeanSquaredError, SignDescent(0.5)).fit(&mut line, (&[1.0], &[100.0]), rng)?;
/// assert_eq!(line.dense.bias[0], 0.5);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an optimizer",
    label = "not an optimizer",
    note = "write one with its learning rate, after the loss: `Trainer::new(MeanSquaredError, Sgd::new(0.1))`"
)]
pub trait Optimizer: Clone + Debug + Send {
    /// How many numbers it remembers of each parameter; they start as zeros, and are zeros again after
    /// [`Error::Diverged`], when steps are counted anew. With more than four, one thread makes the step.
    const SLOTS: usize;

    /// Whether [`update`](Self::update) must see all parameters in one call, as a rule does that measures them or that
    /// prepares its slots in the first step. Otherwise a step on a large network takes a call for each part of the
    /// gradient that is complete, which is faster.
    const WHOLE: bool = false;

    /// Whether threads may share a step on a large network, in which copies of the optimizer move a part of the parameters
    /// each, in one call. One that wants the [`WHOLE`](Self::WHOLE) may say so if [`update`](Self::update) needs nothing but the
    /// slots of a part, and [`survey`](Self::survey) does the rest.
    const PARTS: bool = !Self::WHOLE;

    /// Whether steps can be made with what it was told. Rates are looked at step by step. It is [prepared](Self::prepare) before.
    ///
    /// # Errors
    /// [`Error::Setting`]
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Tells it the layers whose parameters it will move, before its first step, and perhaps again before others.
    fn prepare(&mut self, _layers: &'static [LayerInfo]) {}

    /// The learning rate of step `iteration`, which counts batches from 0.
    fn learning_rate(&self, iteration: u64) -> f64;

    /// Begins a step: computes what is the same for all parameters, once, since [`update`](Self::update) may take many calls.
    fn begin(&mut self, _step: Step) {}

    /// Sees the whole gradient before a step, if the optimizer wants the [`WHOLE`](Self::WHOLE), and may change it: to limit
    /// its norm, for instance.
    fn survey<T: Scalar, S: Simd>(&mut self, _simd: S, _step: Step, _gradient: &mut [T]) {}

    /// Moves parameters: all of them, or those of a window, so that a step may take many calls. What it reads beside
    /// `update` must be the same in all calls of a step.
    ///
    /// What it remembers beside its slots must follow from the iteration: a checkpoint keeps the slots and no more, steps are
    /// made once more when one after them is taken back, and where threads share a step, copies move the parameters of some.
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>);

    /// Ends a `fit` that has made at least one step: all parameters, and all slots, in [`SLOTS`](Self::SLOTS) parts of equal
    /// length, each of which begins with the numbers of one kind.
    fn finalize<T: Scalar>(&self, _parameters: &mut [T], _slots: &[T]) {}

    /// Limits each number of the gradient to `[-limit, limit]`.
    fn clipvalue(self, limit: f64) -> Extended<Self> {
        Extended::new(self).clipvalue(limit)
    }

    /// Scales the gradient of each tensor down where its Euclidean norm exceeds `limit`.
    fn clipnorm(self, limit: f64) -> Extended<Self> {
        Extended::new(self).clipnorm(limit)
    }

    /// Scales the gradient down where its Euclidean norm, over all parameters, exceeds `limit`.
    fn global_clipnorm(self, limit: f64) -> Extended<Self> {
        Extended::new(self).global_clipnorm(limit)
    }

    /// Takes `rate * weight_decay` of each parameter away in each step.
    fn weight_decay(self, weight_decay: f64) -> Extended<Self> {
        Extended::new(self).weight_decay(weight_decay)
    }

    /// Makes one step with the mean gradient of `steps` batches.
    fn gradient_accumulation_steps(self, steps: u64) -> Extended<Self> {
        Extended::new(self).gradient_accumulation_steps(steps)
    }

    /// Follows the parameters with a moving average, and puts it in their place every `overwrite_frequency` steps, if there
    /// is one, and when a `fit` ends.
    fn use_ema(self, momentum: f64, overwrite_frequency: impl Into<Option<u64>>) -> Extended<Self, true> {
        Extended::new(self).use_ema(momentum, overwrite_frequency)
    }
}

/// The optimizer's first slot.
#[inline(always)]
fn first_slot<'a, T>(update: &'a mut Update<'_, T>) -> &'a mut [T] {
    let [slot] = update.slots.reborrow().kinds(update.parameters.len());
    slot
}

/// Which step it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// How many steps came before, since the slots were zeros.
    pub iteration: u64,
    /// Its rate: [`Optimizer::learning_rate`] of all steps, or what it was set to.
    pub learning_rate: f64,
}
