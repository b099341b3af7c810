//! The network in files, epoch by epoch.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::string::ToString as _;
use std::vec::Vec;
use std::{fs, io};

use super::monitor::Monitor;
use super::{Callback, Training, count};
use crate::error::Error;
use crate::files::Files as _;
use crate::metrics::Direction;
use crate::network::Network;

/// Saves the network's weights when an epoch ends, as Keras's callback of this name: after each, or only after those
/// that are the best so far; all of these files, or the last of them. They are those of
/// [`Files::save`](crate::Files::save).
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::callbacks::ModelCheckpoint;
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// # let directory = tempfile::tempdir()?;
/// # let directory = directory.path();
/// let mut line = Line::new(rng);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(9)
///     .callback(ModelCheckpoint::new(directory.join("best.safetensors")).save_best_only("loss"))
///     .callback(ModelCheckpoint::new(directory.join("line-{epoch}.safetensors")).keep_last(2));
/// trainer.fit(&mut line, (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
/// let mut best = Line::new(rng);
/// best.load(directory.join("best.safetensors"))?;
/// assert_eq!(best, line);
/// // and `line-8.safetensors` and `line-9.safetensors`
/// assert_eq!(std::fs::read_dir(directory)?.count(), 3);
/// # Ok(())
/// # }
/// ```
///
/// To go on with a training that was interrupted, more is needed than weights: see
/// [`Trainer::checkpoint`](crate::Trainer::checkpoint).
#[derive(Clone, Debug)]
pub struct ModelCheckpoint {
    path: PathBuf,
    monitor: Option<Monitor>,
    every: usize,
    last: Option<usize>,
    /// The epochs of the files that are kept, the oldest first.
    kept: VecDeque<usize>,
}

impl ModelCheckpoint {
    /// Saves to this file after every epoch. `{epoch}` in its name becomes the number of the epoch, from 1; without it
    /// each file takes the place of the one before.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_path_buf(), monitor: None, every: 1, last: None, kept: VecDeque::new() }
    }

    /// Saves only when the score with this name is better than it was at all saved epochs: `"loss"`, a metric's name,
    /// or one of them with `val_` before it. Another `fit` goes on from the best of those before it.
    #[must_use]
    pub fn save_best_only(mut self, monitor: &str) -> Self {
        self.monitor = Some(Monitor::new(monitor, 0.0));
        self
    }

    /// Which way is better, after [`save_best_only`](Self::save_best_only); needed for a metric of your own that does
    /// not say so itself.
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        if let Some(monitor) = &mut self.monitor {
            monitor.direction(direction);
        }
        self
    }

    /// Looks only at every so many epochs: Keras's `save_freq`. Default: 1.
    #[must_use]
    pub fn every(mut self, epochs: usize) -> Self {
        self.every = epochs.max(1);
        self
    }

    /// Keeps the last `files` of the files that it has written, at least one, and removes those before them once the
    /// new one is in place. Default: all are kept.
    #[must_use]
    pub fn keep_last(mut self, files: usize) -> Self {
        self.last = Some(files.max(1));
        self
    }

    /// The file of an epoch.
    fn file(&self, epoch: usize) -> PathBuf {
        match self.path.file_name().and_then(OsStr::to_str) {
            Some(name) => self.path.with_file_name(name.replace("{epoch}", &epoch.to_string())),
            None => self.path.clone(),
        }
    }

    /// Removes the files before the last, if not all are kept.
    fn prune(&mut self, written: &Path) -> Result<(), Error> {
        while self.kept.len() > self.last.unwrap_or(usize::MAX) {
            let Some(oldest) = self.kept.pop_front().map(|epoch| self.file(epoch)) else { break };
            if oldest == written {
                continue;
            }
            match fs::remove_file(&oldest) {
                // somebody else has been tidy
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(Error::File { action: "remove", path: oldest, source }),
                Ok(()) => {}
            }
        }
        Ok(())
    }
}

impl<N: Network> Callback<N> for ModelCheckpoint {
    fn follows_batches(&self) -> bool {
        false
    }

    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        let Some(monitor) = &mut self.monitor else { return Ok(()) };
        let best = monitor.best;
        monitor.begin(training)?;
        // the file of an earlier fit may be better than all of this one
        monitor.best = best;
        Ok(())
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        if !training.epoch.is_multiple_of(self.every) {
            return Ok(());
        }
        if let Some(monitor) = &mut self.monitor {
            let Some(value) = monitor.value(training) else { return Ok(()) };
            if !monitor.improved(value) {
                return Ok(());
            }
        }
        let path = self.file(training.epoch);
        training.network.save(&path)?;
        if self.last.is_some() {
            self.kept.push_back(training.epoch);
        }
        self.prune(&path)
    }

    fn save_state(&self, state: &mut Vec<f64>) {
        state.extend(self.monitor.as_ref().map_or([0.0; 2], Monitor::state));
        state.extend(self.kept.iter().map(|epoch| *epoch as f64));
    }

    fn load_state(&mut self, state: &[f64]) -> bool {
        let [known, best, kept @ ..] = state else { return false };
        if let Some(monitor) = &mut self.monitor {
            monitor.load([*known, *best]);
        }
        self.kept = kept.iter().map(|epoch| count(*epoch)).collect();
        true
    }
}
