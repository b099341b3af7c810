//! A rate for each epoch.

use core::fmt;

use super::{Callback, Training};
use crate::error::Error;
use crate::network::Network;

/// Sets the learning rate at the begin of each epoch, as Keras's callback of this name: `schedule(epoch, rate)`, with
/// the epoch from 0 and the present rate.
///
/// A rate that changes with every step is a schedule of the optimizer: see [`schedules`](crate::schedules).
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::callbacks::LearningRateScheduler;
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5))
///     .epochs(3)
///     .callback(LearningRateScheduler::new(|epoch, rate| if epoch == 0 { rate } else { rate / 2.0 }));
/// let history = trainer.fit(&mut line, (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
/// assert_eq!(history.epochs.iter().map(|epoch| epoch.learning_rate).collect::<Vec<_>>(), [0.5, 0.25, 0.125]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct LearningRateScheduler<F>(F);

impl<F: FnMut(usize, f64) -> f64> LearningRateScheduler<F> {
    /// Asks `schedule` for the rate of each epoch.
    pub const fn new(schedule: F) -> Self {
        Self(schedule)
    }
}

impl<F> fmt::Debug for LearningRateScheduler<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LearningRateScheduler")
    }
}

impl<N: Network, F: FnMut(usize, f64) -> f64> Callback<N> for LearningRateScheduler<F> {
    fn follows_batches(&self) -> bool {
        false
    }

    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        let rate = (self.0)(training.epoch.saturating_sub(1), training.learning_rate());
        training.set_learning_rate(rate);
        Ok(())
    }
}
