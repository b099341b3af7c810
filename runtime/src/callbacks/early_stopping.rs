//! Stopping when nothing gets better.

use alloc::vec::Vec;

use super::monitor::Monitor;
use super::{Callback, Training, count};
use crate::error::Error;
use crate::metrics::Direction;
use crate::network::Network;
use crate::scalar::Scalar;
use crate::setting::{self, Must};

/// Stops training when a score has not become better for some epochs, as Keras's callback of this name.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::callbacks::EarlyStopping;
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// let mut early_stopping = EarlyStopping::new("loss").min_delta(1e-6).patience(2);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5)).epochs(500).callback(&mut early_stopping);
/// trainer.fit(&mut line, (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
/// assert!(early_stopping.stopped_epoch().is_some_and(|epoch| epoch < 20));
/// assert!(early_stopping.best().is_some_and(|loss| loss < 1e-6));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct EarlyStopping<T = f32> {
    monitor: Monitor,
    patience: usize,
    baseline: Option<f64>,
    restore: bool,
    start_from_epoch: usize,
    wait: usize,
    stopped_epoch: Option<usize>,
    best_epoch: Option<usize>,
    best_weights: Vec<T>,
}

impl<T> EarlyStopping<T> {
    /// Watches the score with this name: `"loss"`, a metric's name, or one of them with `val_` before it for that of
    /// the validation data. Stops at the first epoch that is not better, unless there is a
    /// [`patience`](Self::patience).
    #[must_use]
    pub fn new(monitor: &str) -> Self {
        Self {
            monitor: Monitor::new(monitor, 0.0),
            patience: 0,
            baseline: None,
            restore: false,
            start_from_epoch: 0,
            wait: 0,
            stopped_epoch: None,
            best_epoch: None,
            best_weights: Vec::new(),
        }
    }

    /// What is better by no more than this is not better. Default: 0.
    #[must_use]
    pub fn min_delta(mut self, min_delta: f64) -> Self {
        self.monitor.min_delta = min_delta.abs();
        self
    }

    /// Stops when so many epochs in a row are not better. Default: 0, which stops as 1 does.
    #[must_use]
    pub fn patience(mut self, patience: usize) -> Self {
        self.patience = patience;
        self
    }

    /// Which way is better; needed for a metric of your own that does not say so itself.
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        self.monitor.direction(direction);
        self
    }

    /// Epochs that are not better than this count as not better, even where they are better than those before.
    #[must_use]
    pub fn baseline(mut self, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self
    }

    /// Gives the network back the weights of its best epoch when training ends, however it ends: by this callback or
    /// another, by itself, or by an error. (Keras's does so only where it has stopped the training itself, or after the
    /// last epoch.)
    #[must_use]
    pub fn restore_best_weights(mut self) -> Self {
        self.restore = true;
        self
    }

    /// Looks away for so many epochs at the begin. Default: 0.
    #[must_use]
    pub fn start_from_epoch(mut self, epochs: usize) -> Self {
        self.start_from_epoch = epochs;
        self
    }

    /// The epoch after which this callback has stopped the training, if it has.
    #[must_use]
    pub const fn stopped_epoch(&self) -> Option<usize> {
        self.stopped_epoch
    }

    /// The epoch with the best score.
    #[must_use]
    pub const fn best_epoch(&self) -> Option<usize> {
        self.best_epoch
    }

    /// The best score.
    #[must_use]
    pub const fn best(&self) -> Option<f64> {
        self.monitor.best
    }
}

impl<T: Scalar, N: Network<Scalar = T>> Callback<N> for EarlyStopping<T> {
    fn follows_batches(&self) -> bool {
        false
    }

    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        let baseline = ("baseline", self.baseline.unwrap_or_default(), Must::Finite);
        setting::check("EarlyStopping", &[("min_delta", self.monitor.min_delta, Must::NotNegative), baseline])?;
        self.wait = 0;
        self.stopped_epoch = None;
        self.best_epoch = None;
        self.best_weights.clear();
        self.monitor.begin(training)
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        let Some(value) = self.monitor.value(training) else { return Ok(()) };
        if training.history.epochs.len() <= self.start_from_epoch {
            return Ok(());
        }
        self.wait += 1;
        if self.monitor.improved(value) {
            self.best_epoch = Some(training.epoch);
            if self.restore {
                self.best_weights.clear();
                self.best_weights.extend_from_slice(training.network.as_flat());
            }
            if self.baseline.is_none_or(|baseline| self.monitor.better(value, baseline)) {
                self.wait = 0;
            }
        } else if self.wait >= self.patience {
            self.stopped_epoch = Some(training.epoch);
            training.stop();
        }
        Ok(())
    }

    fn on_train_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        if !self.best_weights.is_empty() {
            training.network.as_flat_mut().copy_from_slice(&self.best_weights);
        }
        Ok(())
    }

    fn save_state(&self, state: &mut Vec<f64>) {
        // epochs count from 1
        let epochs = [Some(self.wait), self.stopped_epoch, self.best_epoch].map(|epoch| epoch.unwrap_or(0) as f64);
        state.extend(epochs);
        state.extend(self.monitor.state());
        state.extend(self.best_weights.iter().map(|weight| weight.to_f64()));
    }

    fn load_state(&mut self, state: &[f64]) -> bool {
        let [wait, stopped, best_epoch, known, best, weights @ ..] = state else { return false };
        if !weights.is_empty() && weights.len() != N::PARAMETERS {
            return false;
        }
        let epoch = |number| Some(count(number)).filter(|epoch| *epoch > 0);
        self.wait = count(*wait);
        self.stopped_epoch = epoch(*stopped);
        self.best_epoch = epoch(*best_epoch);
        self.monitor.load([*known, *best]);
        self.best_weights = weights.iter().map(|weight| T::from_f64(*weight)).collect();
        true
    }
}
