//! What training has reported.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

/// The loss and the metrics of one evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// The mean loss over all samples.
    pub loss: f64,
    /// The metrics, in the order in which the trainer was given them.
    pub metrics: Vec<(&'static str, f64)>,
}

impl Scores {
    /// The metric of this name.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|(metric, _)| *metric == name).map(|(_, value)| *value)
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss: {:.4}", self.loss)?;
        self.metrics.iter().try_for_each(|(name, value)| write!(f, ", {name}: {value:.4}"))
    }
}

/// One epoch of training.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// Which one, from 1, counted over all calls of `fit` on the same trainer.
    pub epoch: usize,
    /// Loss and metrics over the epoch's batches, each measured before its step.
    pub training: Scores,
    /// Loss and metrics on the validation data after the epoch.
    pub validation: Option<Scores>,
    /// The learning rate of the epoch's last step.
    pub learning_rate: f64,
    /// How long the epoch took, validation included; 0 without `std`, and in a browser.
    pub seconds: f64,
}

impl Epoch {
    /// The names of the columns of [`to_csv`](Self::to_csv), as a line.
    pub(crate) fn csv_header(&self) -> String {
        let mut csv = String::from("epoch");
        for (prefix, scores) in [("", Some(&self.training)), ("val_", self.validation.as_ref())] {
            let Some(scores) = scores else { continue };
            for name in core::iter::once("loss").chain(scores.metrics.iter().map(|(name, _)| *name)) {
                csv.push(',');
                csv.push_str(prefix);
                csv.push_str(name);
            }
        }
        csv.push_str(",learning_rate,seconds\n");
        csv
    }

    /// One line of comma-separated values.
    pub(crate) fn to_csv(&self) -> String {
        let mut csv = alloc::format!("{}", self.epoch);
        for scores in [Some(&self.training), self.validation.as_ref()].into_iter().flatten() {
            for value in core::iter::once(scores.loss).chain(scores.metrics.iter().map(|(_, value)| *value)) {
                // writing to a string does not fail
                let _ = write!(csv, ",{value}");
            }
        }
        let _ = writeln!(csv, ",{},{}", self.learning_rate, self.seconds);
        csv
    }

    /// Reads a line of [`to_csv`](Self::to_csv), of metrics with these names.
    #[cfg(feature = "safetensors")]
    pub(crate) fn parse(line: &str, metrics: &[&'static str], validated: bool) -> Option<Self> {
        let (epoch, values) = line.split_once(',')?;
        let values: Vec<f64> = values.split(',').map(|value| value.parse().ok()).collect::<Option<_>>()?;
        let mut values = values.into_iter();
        let mut scores = || {
            let loss = values.next()?;
            let metrics = metrics.iter().map(|name| Some((*name, values.next()?))).collect::<Option<_>>()?;
            Some(Scores { loss, metrics })
        };
        let training = scores()?;
        let validation = if validated { Some(scores()?) } else { None };
        let (learning_rate, seconds) = (values.next()?, values.next()?);
        let epoch = Self { epoch: epoch.parse().ok()?, training, validation, learning_rate, seconds };
        values.next().is_none().then_some(epoch)
    }
}

/// What training has reported, epoch by epoch. Prints as a table.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(MeanAbsoluteError).epochs(3);
/// let history = trainer.fit(&mut Line::new(rng), (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
/// println!("{history}");
/// assert_eq!(history.loss().count(), 3);
/// assert!(history.metric("mean_absolute_error").all(|error| error < 6.0));
/// assert!(history.to_csv().starts_with("epoch,loss,mean_absolute_error,learning_rate"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The epochs, in order.
    pub epochs: Vec<Epoch>,
}

impl History {
    /// The training loss of each epoch.
    pub fn loss(&self) -> impl Iterator<Item = f64> + '_ {
        self.epochs.iter().map(|epoch| epoch.training.loss)
    }

    /// The validation loss of each epoch that was validated.
    pub fn validation_loss(&self) -> impl Iterator<Item = f64> + '_ {
        self.epochs.iter().filter_map(|epoch| Some(epoch.validation.as_ref()?.loss))
    }

    /// A metric of each epoch.
    pub fn metric<'a>(&'a self, name: &'a str) -> impl Iterator<Item = f64> + 'a {
        self.epochs.iter().filter_map(move |epoch| epoch.training.metric(name))
    }

    /// A validation metric of each epoch that was validated.
    pub fn validation_metric<'a>(&'a self, name: &'a str) -> impl Iterator<Item = f64> + 'a {
        self.epochs.iter().filter_map(move |epoch| epoch.validation.as_ref()?.metric(name))
    }

    /// The last epoch.
    #[must_use]
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }

    /// How long all epochs took.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }

    /// Comma-separated values with Keras's column names: `epoch,loss,accuracy,val_loss,val_accuracy,...`. Numbers are
    /// written so that reading them gives the same bits.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut csv = self.epochs.first().map(Epoch::csv_header).unwrap_or_default();
        csv.extend(self.epochs.iter().map(Epoch::to_csv));
        csv
    }

    /// Writes [`to_csv`](Self::to_csv) to a file.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) if the file cannot be written.
    #[cfg(feature = "std")]
    pub fn write_csv(&self, path: impl AsRef<std::path::Path>) -> Result<(), crate::Error> {
        let path = path.as_ref();
        std::fs::write(path, self.to_csv()).map_err(|source| crate::Error::File {
            action: "write",
            path: path.to_path_buf(),
            source,
        })
    }
}

/// How many epochs the printed table shows: the first, the last, and some between.
const ROWS: usize = 10;

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.epochs.first() else { return f.write_str("no epochs") };
        let heads = |scores: &Scores, prefix: &str| {
            let mut heads = alloc::vec![alloc::format!("{prefix}loss")];
            heads.extend(scores.metrics.iter().map(|(name, _)| alloc::format!("{prefix}{name}")));
            heads
        };
        let mut columns = heads(&first.training, "");
        columns.extend(first.validation.iter().flat_map(|scores| heads(scores, "val_")));
        write!(f, "{:>6}", "epoch")?;
        for column in &columns {
            write!(f, "  {column:>8}")?;
        }
        let last = self.epochs.len() - 1;
        let rows = ROWS.min(self.epochs.len());
        for row in 0..rows {
            let epoch = &self.epochs[if rows == 1 { 0 } else { row * last / (rows - 1) }];
            write!(f, "\n{:>6}", epoch.epoch)?;
            let scores = [Some(&epoch.training), epoch.validation.as_ref()];
            let values = scores
                .into_iter()
                .flatten()
                .flat_map(|scores| core::iter::once(scores.loss).chain(scores.metrics.iter().map(|(_, value)| *value)));
            for (value, column) in values.zip(&columns) {
                write!(f, "  {value:>width$.4}", width = column.len().max(8))?;
            }
        }
        Ok(())
    }
}
