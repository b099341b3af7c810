//! Going on with a training that was interrupted, as if it had not been.

use core::fmt;
use std::format;
use std::path::{Path, PathBuf};
use std::string::{String, ToString as _};
use std::vec::Vec;

use bytemuck::{cast_slice, cast_slice_mut};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng as _};

use super::epochs::Fit;
use super::feed::Known;
use super::report::Report;
use super::{Settings, Trainer};
use crate::callbacks::Callback;
use crate::error::Error;
use crate::history::{Epoch, History, Scores};
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::scalar::Scalar;
use crate::steps::Steps;
use crate::summary::Summary;
use crate::weights::Checkpoint;

/// Where, and how often.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    path: PathBuf,
    every: usize,
}

impl<N: Network, L, O, M, C> Trainer<N, L, O, M, C> {
    /// Keeps all that a `fit` needs to go on in this file, anew after every epoch: Keras's `BackupAndRestore`. If the file
    /// is there when `fit` begins, it goes on from there to [`epochs`](Self::epochs) in total. So a program that was
    /// killed is started again as it is, with the same seed, and ends with the same bits as if it had not been.
    ///
    /// ```
    /// use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Line = Dense(1 -> 1) }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("line.checkpoint");
    /// let train = |epochs| {
    ///     let rng = &mut StdRng::seed_from_u64(0);
    ///     let mut line = Line::new(rng);
    ///     let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1).momentum(0.9)).epochs(epochs).checkpoint(&path);
    ///     let history = trainer.fit(&mut line, (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
    ///     Ok::<_, typenet::Error>((line, history))
    /// };
    /// train(3)?;
    /// let (line, history) = train(10)?; // makes the other seven
    /// assert_eq!(history.epochs.len(), 10);
    /// std::fs::remove_file(&path)?;
    /// assert_eq!(train(10)?.0, line);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The file holds the parameters, the optimizer's slots, what it has gathered of a gradient, the counts of steps and
    /// epochs, a rate that a callback has set, the [state of the callbacks](Callback::save_state) and the history. An
    /// epoch that a callback cuts short is not kept, so that it is made whole when training goes on; but what stops when
    /// an epoch ends, as [`EarlyStopping`](crate::callbacks::EarlyStopping), ends the training for good. The file of a
    /// training that has ended stays, and a `fit` that finds it returns at once: remove it to begin anew.
    ///
    /// `fit` refuses the file of another network, loss, optimizer, seed, batch size, number of steps or samples, order of
    /// samples, or other metrics with [`Error::Checkpoint`], before anything changes; whether the samples and callbacks are the
    /// same, it does not know.
    /// One file is for one `fit`. The same bits come from the same instruction set: see [`level`](Self::level).
    #[must_use]
    pub fn checkpoint(mut self, path: impl AsRef<Path>) -> Self {
        let every = self.settings.checkpoint.map_or(1, |setting| setting.every);
        self.settings.checkpoint = Some(Setting { path: path.as_ref().to_path_buf(), every });
        self
    }

    /// Writes the file of [`checkpoint`](Self::checkpoint), which comes before, only after every so many epochs and after
    /// the last: Keras's `save_freq`. Default: 1.
    #[must_use]
    pub fn checkpoint_every(mut self, epochs: usize) -> Self {
        if let Some(setting) = &mut self.settings.checkpoint {
            setting.every = epochs.max(1);
        }
        self
    }
}

/// The copies of the network's numbers in the file.
fn copies(slots: usize) -> Vec<String> {
    let fixed = ["parameters", "previous", "gradient"].map(String::from);
    fixed.into_iter().chain((0..slots).map(|slot| format!("slots.{slot}"))).collect()
}

/// What stands in a text under this name.
fn lines<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines()
        .filter_map(|line| line.split_once(": "))
        .filter(move |(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// What stands in a text under this name, as a value.
fn value<V: core::str::FromStr>(text: &str, name: &str) -> Result<V, String> {
    let value = lines(text, name).next().and_then(|value| value.parse().ok());
    value.ok_or_else(|| format!("its {name} cannot be read"))
}

/// A training as its checkpoint sees it, without types: what is done with it is compiled once, not for every network.
struct Plan<'a> {
    setting: &'a Setting,
    settings: &'a Settings,
    network: Summary,
    slots: usize,
    loss: &'a dyn fmt::Debug,
    known: Known,
}

impl<'a> Plan<'a> {
    /// The plan of a training with these settings, if it has a checkpoint.
    fn new<N: Network, O: Optimizer>(settings: &'a Settings, loss: &'a dyn fmt::Debug, known: Known) -> Option<Self> {
        let setting = settings.checkpoint.as_ref()?;
        Some(Self { setting, settings, network: N::summary(), slots: O::SLOTS, loss, known })
    }

    /// What must be the same for a training to go on as it began.
    fn conditions(&self, report: &Report) -> [(&'static str, String); 9] {
        let metrics = || report.names.iter().map(|(name, _)| (*name, 0.0)).collect();
        let scores = || Scores { loss: 0.0, metrics: metrics() };
        let validation = self.known.validated.map(|_| scores());
        let epoch = Epoch { epoch: 0, training: scores(), validation, learning_rate: 0.0, seconds: 0.0 };
        [
            ("loss", format!("{:?}", self.loss)),
            ("optimizer", report.optimizer.clone()),
            ("batch size", self.settings.batch_size.to_string()),
            (
                "number of steps per epoch",
                self.settings.steps.map_or_else(|| "all".to_string(), |steps| steps.to_string()),
            ),
            ("order of samples", if self.settings.shuffle { "shuffled" } else { "as given" }.to_string()),
            (
                "number of samples",
                self.known.samples.map_or_else(|| "unknown".to_string(), |samples| samples.to_string()),
            ),
            ("number of validation samples", self.known.validated.unwrap_or(0).to_string()),
            ("table of scores", epoch.csv_header().trim_end().to_string()),
            ("seed", report.seed.map_or_else(|| "none".to_string(), |seed| format!("{seed:016x}"))),
        ]
        // each in one line
        .map(|(name, value)| (name, value.replace('\n', " ")))
    }

    /// Whether a checkpoint is due after the last epoch.
    fn is_due(&self, report: &Report) -> bool {
        let done = report.history.epochs.len();
        report.control.stop || done == self.settings.epochs || done.is_multiple_of(self.setting.every)
    }

    /// Writes the checkpoint: the counts of epochs and steps, the numbers, and what the callbacks remember.
    fn save(
        &self,
        report: &Report,
        (epoch, steps): (usize, Steps),
        numbers: &[&[u8]],
        callbacks: Vec<f64>,
    ) -> Result<(), Error> {
        let rate = report.control.learning_rate.map_or_else(|| "none".to_string(), |rate| rate.to_string());
        let facts = [
            ("epoch", epoch.to_string()),
            ("iteration", steps.made.to_string()),
            ("forgotten steps", steps.forgotten.to_string()),
            ("learning rate", rate),
            ("stopped", report.control.stop.to_string()),
        ];
        let history = report.history.epochs.iter().map(|epoch| ("history", epoch.to_csv().trim_end().to_string()));
        let lines = self.conditions(report).into_iter().chain(facts).chain(history);
        let text = lines.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n");
        let checkpoint = Checkpoint { text, numbers: numbers.concat(), callbacks };
        checkpoint.write(&self.network, &self.setting.path, &copies(self.slots))
    }

    /// Reads the checkpoint, if there is one, and its history. `draw` gives the number that an epoch would begin with.
    fn open(&self, report: &mut Report, draw: &mut dyn FnMut() -> u64) -> Result<Option<Checkpoint>, Error> {
        let check = &mut |text: &str| self.check(report, draw, text);
        Checkpoint::read(&self.network, &self.setting.path, &copies(self.slots), check)
    }

    /// Whether a checkpoint with this text is one of this training; if so, its history is now that of `report`.
    fn check(&self, report: &mut Report, draw: &mut dyn FnMut() -> u64, text: &str) -> Result<(), String> {
        // each epoch has seeded a generator
        if self.settings.draws() {
            for _ in lines(text, "history") {
                let seed = draw();
                report.seed.get_or_insert(seed);
            }
        }
        for (name, ours) in self.conditions(report) {
            let found: String = value(text, name)?;
            if found != ours {
                let found = found.escape_debug();
                return Err(format!("its {name} is `{found}`, but here it is `{ours}`"));
            }
        }
        let names: Vec<_> = report.names.iter().map(|(name, _)| *name).collect();
        let epochs = lines(text, "history").map(|line| Epoch::parse(line, &names, self.known.validated.is_some()));
        let epochs: Vec<_> = epochs.collect::<Option<_>>().ok_or("its history cannot be read")?;
        let (done, wanted) = (epochs.len(), self.settings.epochs);
        if done > wanted {
            return Err(format!("it has {done} epochs, but here are {wanted} in total"));
        }
        report.history = History { epochs };
        Ok(())
    }

    /// Puts back what the trainer had counted and the numbers, once the callbacks have taken what is theirs.
    fn resume(
        &self,
        report: &mut Report,
        checkpoint: &Checkpoint,
        load_callbacks: &mut dyn FnMut(&[f64]) -> bool,
        numbers: Vec<&mut [u8]>,
    ) -> Result<(usize, Steps), Error> {
        let refused = |reason| Error::Checkpoint { path: self.setting.path.clone(), reason };
        let text = &checkpoint.text;
        let epoch = value(text, "epoch").map_err(refused)?;
        let (made, forgotten) =
            (value(text, "iteration").map_err(refused)?, value(text, "forgotten steps").map_err(refused)?);
        let (rate, stop) =
            (value::<String>(text, "learning rate").map_err(refused)?, value(text, "stopped").map_err(refused)?);
        if !load_callbacks(&checkpoint.callbacks) {
            return Err(refused("the callbacks are others".into()));
        }
        (report.control.learning_rate, report.control.stop) = (rate.parse().ok(), stop);
        let mut rest = &*checkpoint.numbers;
        for copy in numbers {
            let (numbers, after) = rest.split_at(copy.len());
            copy.copy_from_slice(numbers);
            rest = after;
        }
        Ok((epoch, Steps::resumed(made, forgotten)))
    }
}

impl<T, N, L, O, M, C, F> Fit<'_, N, L, O, M, C, F>
where
    T: Scalar,
    N: Network<Scalar = T>,
    L: fmt::Debug,
    O: Optimizer,
    C: Callback<N>,
{
    /// Writes the checkpoint, if this is an epoch for it.
    pub(super) fn save_checkpoint(&self, report: &Report) -> Result<(), Error> {
        let plan = Plan::new::<N, O>(&self.settings, &self.loss, self.known);
        let Some(plan) = plan.filter(|plan| plan.is_due(report)) else { return Ok(()) };
        let mut callbacks = Vec::new();
        self.callbacks.save_state(&mut callbacks);
        let state = &*self.state;
        let numbers = [self.network.as_flat(), state.previous.as_flat(), state.pass.gradient.as_flat()];
        let numbers: Vec<_> = numbers.into_iter().chain(state.slots.kinds(N::PARAMETERS)).map(cast_slice).collect();
        plan.save(report, (state.epoch, state.steps), &numbers, callbacks)
    }

    /// Reads the checkpoint, if there is one, and its history; brings `rng` to where it was.
    pub(super) fn open_checkpoint<R: Rng + ?Sized>(
        &self,
        report: &mut Report,
        rng: &mut R,
    ) -> Result<Option<Checkpoint>, Error> {
        let plan = Plan::new::<N, O>(&self.settings, &self.loss, self.known);
        let Some(plan) = plan else { return Ok(None) };
        plan.open(report, &mut || Xoshiro256PlusPlus::from_rng(rng).next_u64())
    }

    /// Puts everything back where it was. The callbacks have begun.
    pub(super) fn resume(&mut self, report: &mut Report, checkpoint: &Checkpoint) -> Result<(), Error> {
        let plan = Plan::new::<N, O>(&self.settings, &self.loss, self.known);
        let Some(plan) = plan else { return Ok(()) };
        let state = &mut *self.state;
        let gradient = state.pass.gradient.as_flat_mut();
        let numbers = [self.network.as_flat_mut(), state.previous.as_flat_mut(), gradient];
        let numbers = numbers.into_iter().chain(state.slots.kinds_mut(N::PARAMETERS)).map(cast_slice_mut).collect();
        let load_callbacks = &mut |numbers: &[f64]| self.callbacks.load_state(numbers);
        (state.epoch, state.steps) = plan.resume(report, checkpoint, load_callbacks, numbers)?;
        Ok(())
    }
}
