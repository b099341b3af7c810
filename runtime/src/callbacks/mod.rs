//! Callbacks: what happens beside training, at its begin and end, at each epoch and at each batch.
//!
//! ```
//! use rand::{SeedableRng, rngs::StdRng};
//! use typenet::callbacks::{EarlyStopping, ReduceLrOnPlateau};
//! use typenet::prelude::*;
//!
//! network! { Line = Dense(1 -> 1) }
//!
//! # fn main() -> Result<(), typenet::Error> {
//! let rng = &mut StdRng::seed_from_u64(0);
//! let x: Vec<f32> = (0..100).map(|i| i as f32 / 50.0 - 1.0).collect();
//! let y: Vec<f32> = x.iter().map(|x| 3.0 * x + 1.0).collect();
//! let mut line = Line::new(rng);
//! let mut early_stopping = EarlyStopping::new("val_loss").patience(3).restore_best_weights();
//! let history = Trainer::new(MeanSquaredError, Sgd::new(0.1))
//!     .epochs(1000)
//!     .validation_split(0.2)
//!     .callback(ReduceLrOnPlateau::new("loss").patience(2))
//!     .callback(&mut early_stopping)
//!     .fit(&mut line, (&x, &y), rng)?;
//! assert!(history.epochs.len() < 1000);
//! assert_eq!(early_stopping.stopped_epoch(), Some(history.epochs.len()));
//! # Ok(())
//! # }
//! ```
//!
//! A callback of your own is a type with [`Callback`], or a closure in a [`LambdaCallback`]. It can look at the
//! network, the scores and the rate, and change the network and the rate, and stop training.
//!
//! Whether there is one may be decided at run time, by an `Option` of it, and which one by a `Box<dyn Callback<N>>`.
//!
//! Keras's `History` is what `fit` returns, and its `TerminateOnNaN` is always on: a loss that is not finite ends
//! training with [`Error::Diverged`], and the network keeps the parameters from before it.

#[cfg(feature = "std")]
mod csv_logger;
mod early_stopping;
mod lambda;
#[cfg(feature = "safetensors")]
mod model_checkpoint;
mod monitor;
mod reduce_lr_on_plateau;
mod scheduler;
mod several;
mod stop;

use alloc::vec::Vec;
use core::fmt::Debug;

#[cfg(feature = "std")]
pub use self::csv_logger::CsvLogger;
pub use self::early_stopping::EarlyStopping;
pub use self::lambda::LambdaCallback;
#[cfg(feature = "safetensors")]
pub use self::model_checkpoint::ModelCheckpoint;
pub use self::reduce_lr_on_plateau::ReduceLrOnPlateau;
pub use self::scheduler::LearningRateScheduler;
pub use self::stop::StopWhen;
#[cfg(feature = "std")]
pub use self::stop::TimeLimit;
use crate::error::Error;
use crate::history::{Epoch, History};
use crate::metrics::Direction;
use crate::network::Network;

/// What a callback sees of the training that it is called by, and can change.
#[derive(Debug)]
pub struct Training<'a, N: Network> {
    /// The network that is trained. What is changed stays changed.
    pub network: &'a mut N,
    /// The epochs that have ended in this call of `fit`, and those before in a training that goes on from a checkpoint.
    pub history: &'a History,
    /// Which epoch this is, from 1, counted over all calls of `fit` on the same trainer.
    pub epoch: usize,
    /// How many batches of this epoch have ended.
    pub batch: usize,
    /// The loss of the last batch, before its step; NaN before the first.
    pub batch_loss: f64,
    /// How many steps the optimizer has made.
    pub iteration: u64,
    pub(crate) learning_rate: f64,
    pub(crate) control: &'a mut Control,
    pub(crate) metrics: &'a [(&'static str, Option<Direction>)],
    pub(crate) validated: bool,
}

/// What callbacks have asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Control {
    /// The rate that replaces the optimizer's.
    pub(crate) learning_rate: Option<f64>,
    /// Whether to stop after this batch or epoch.
    pub(crate) stop: bool,
}

impl<N: Network> Training<'_, N> {
    /// The epoch that has just ended, in `on_epoch_end` and `on_train_end`.
    #[must_use]
    pub fn last(&self) -> Option<&Epoch> {
        self.history.last()
    }

    /// The rate of the next step.
    #[must_use]
    pub fn learning_rate(&self) -> f64 {
        self.control.learning_rate.unwrap_or(self.learning_rate)
    }

    /// Trains with this rate from the next step on, instead of the optimizer's rate or schedule.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.control.learning_rate = Some(learning_rate);
    }

    /// Ends training: after this batch, if a batch is running; the epoch is then ended as if it had no more. Everything
    /// that has been learnt is kept.
    pub fn stop(&mut self) {
        self.control.stop = true;
    }
}

/// Something that happens beside training. Every method does nothing unless it is written.
///
/// An error ends training and is returned by `fit`; what has been learnt is kept.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::callbacks::{Callback, Training};
/// use typenet::prelude::*;
///
/// /// Remembers the largest weight after each epoch.
/// #[derive(Debug, Default)]
/// struct Largest(Vec<f32>);
///
/// impl<N: Network<Scalar = f32>> Callback<N> for Largest {
///     fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), typenet::Error> {
///         self.0.push(training.network.as_flat().iter().fold(0.0, |largest: f32, weight| largest.max(weight.abs())));
///         Ok(())
///     }
/// }
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// let mut largest = Largest::default();
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3).callback(&mut largest);
/// trainer.fit(&mut line, (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
/// assert_eq!(largest.0.len(), 3);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a callback",
    label = "not a callback",
    note = "callbacks are in `typenet::callbacks`; a closure goes into \
            `LambdaCallback::on_epoch_end::<Net>(|training| ...)`, with the name of the network"
)]
#[allow(unused_variables, reason = "the names of what a method is given are its documentation")]
pub trait Callback<N: Network>: Debug {
    /// Before the first epoch of a `fit`.
    ///
    /// # Errors
    /// Whatever makes training senseless, such as a score that does not exist.
    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        Ok(())
    }

    /// Before an epoch.
    ///
    /// # Errors
    /// Those of the callback.
    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        Ok(())
    }

    /// After the step on a batch: Keras's `on_train_batch_end`.
    ///
    /// # Errors
    /// Those of the callback.
    fn on_batch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        Ok(())
    }

    /// Whether [`on_batch_end`](Self::on_batch_end) does anything. Where no callback's does, threads that share a batch
    /// go on with the next one at once, and `on_batch_end` is not called.
    fn follows_batches(&self) -> bool {
        true
    }

    /// Whether `on_batch_end` looks at the network or changes it. Where no callback does, a large network's parameters
    /// move in memory of the trainer's own until the epoch ends, which is a little faster; until then
    /// `training.network` holds older ones.
    fn looks_at_batches(&self) -> bool {
        self.follows_batches()
    }

    /// After an epoch and its validation, which is now the last of `training.history`.
    ///
    /// # Errors
    /// Those of the callback.
    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        Ok(())
    }

    /// After the last epoch, however training ends: by itself, by a callback, or by an error.
    ///
    /// # Errors
    /// Those of the callback; the error that ended training comes before them.
    fn on_train_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        Ok(())
    }

    /// Adds what the callback must know to go on where it is, after `on_epoch_end`: a
    /// [checkpoint](crate::Trainer::checkpoint) keeps it. `f64` holds every `f32`, and counts up to 2^53.
    fn save_state(&self, state: &mut Vec<f64>) {}

    /// Takes back what [`save_state`](Self::save_state) has added, after `on_train_begin` of a training that goes on
    /// from a checkpoint. Tells whether it is a state of this callback; if not, training does not begin.
    #[must_use]
    fn load_state(&mut self, state: &[f64]) -> bool {
        state.is_empty()
    }
}

/// The count that has been saved as this number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a count")]
const fn count(number: f64) -> usize {
    number as usize
}
