//! A smaller rate when nothing gets better.

use alloc::vec::Vec;

use super::monitor::Monitor;
use super::{Callback, Training, count};
use crate::error::Error;
use crate::metrics::Direction;
use crate::network::Network;
use crate::setting::{self, Must};

/// Makes the learning rate smaller when a score has not become better for some epochs, as Keras's callback of this
/// name.
///
/// `rate = max(factor * rate, min_lr)`. From then on that rate replaces the optimizer's schedule, if it has one.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::callbacks::ReduceLrOnPlateau;
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5))
///     .epochs(12)
///     .callback(ReduceLrOnPlateau::new("loss").factor(0.5).patience(5).min_delta(1e6));
/// let history = trainer.fit(&mut line, (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
/// // no epoch is better than the first by a million
/// assert_eq!(history.epochs[5].learning_rate, 0.5);
/// assert_eq!(history.epochs[6].learning_rate, 0.25);
/// assert_eq!(history.epochs[11].learning_rate, 0.125);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ReduceLrOnPlateau {
    monitor: Monitor,
    factor: f64,
    patience: usize,
    cooldown: usize,
    min_lr: f64,
    wait: usize,
    cooling: usize,
}

impl ReduceLrOnPlateau {
    /// Watches the score with this name: `"loss"`, a metric's name, or one of them with `val_` before it.
    #[must_use]
    pub fn new(monitor: &str) -> Self {
        Self {
            monitor: Monitor::new(monitor, 1e-4),
            factor: 0.1,
            patience: 10,
            cooldown: 0,
            min_lr: 0.0,
            wait: 0,
            cooling: 0,
        }
    }

    /// What the rate is multiplied by, from 0 to below 1. Default: 0.1.
    #[must_use]
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// After how many epochs in a row that are not better. Default: 10.
    #[must_use]
    pub fn patience(mut self, patience: usize) -> Self {
        self.patience = patience;
        self
    }

    /// What is better by no more than this is not better. Default: 0.0001.
    #[must_use]
    pub fn min_delta(mut self, min_delta: f64) -> Self {
        self.monitor.min_delta = min_delta.abs();
        self
    }

    /// How many epochs to wait after a reduction before watching again. Default: 0.
    #[must_use]
    pub fn cooldown(mut self, cooldown: usize) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// The rate does not become smaller than this. Default: 0.
    #[must_use]
    pub fn min_lr(mut self, min_lr: f64) -> Self {
        self.min_lr = min_lr;
        self
    }

    /// Which way is better; needed for a metric of your own that does not say so itself.
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        self.monitor.direction(direction);
        self
    }
}

impl<N: Network> Callback<N> for ReduceLrOnPlateau {
    fn follows_batches(&self) -> bool {
        false
    }

    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        let least =
            [("min_lr", self.min_lr, Must::NotNegative), ("min_delta", self.monitor.min_delta, Must::NotNegative)];
        setting::check("ReduceLrOnPlateau", &[("factor", self.factor, Must::BelowOne)])?;
        setting::check("ReduceLrOnPlateau", &least)?;
        self.wait = 0;
        self.cooling = 0;
        self.monitor.begin(training)
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        let Some(value) = self.monitor.value(training) else { return Ok(()) };
        if self.cooling > 0 {
            self.cooling -= 1;
            self.wait = 0;
        }
        if self.monitor.improved(value) {
            self.wait = 0;
        } else if self.cooling == 0 {
            self.wait += 1;
            let rate = training.learning_rate();
            if self.wait >= self.patience && rate > self.min_lr {
                training.set_learning_rate((rate * self.factor).max(self.min_lr));
                self.cooling = self.cooldown;
                self.wait = 0;
            }
        }
        Ok(())
    }

    fn save_state(&self, state: &mut Vec<f64>) {
        state.extend([self.wait, self.cooling].map(|epochs| epochs as f64));
        state.extend(self.monitor.state());
    }

    fn load_state(&mut self, state: &[f64]) -> bool {
        let [wait, cooling, known, best] = *state else { return false };
        (self.wait, self.cooling) = (count(wait), count(cooling));
        self.monitor.load([known, best]);
        true
    }
}
