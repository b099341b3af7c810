//! The history in a file, epoch by epoch.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Callback, Training};
use crate::error::Error;
use crate::network::Network;

/// Writes each epoch to a file of comma-separated values when it ends, as Keras's callback of this name. The columns
/// are those of [`History::to_csv`](crate::History::to_csv).
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::callbacks::CsvLogger;
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("log.csv");
/// let mut line = Line::new(rng);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(2).callback(CsvLogger::new(&path));
/// let history = trainer.fit(&mut line, (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
/// assert_eq!(std::fs::read_to_string(&path)?, history.to_csv());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CsvLogger {
    path: PathBuf,
    append: bool,
    file: Option<File>,
}

impl CsvLogger {
    /// Writes to this file, which is made anew by each `fit`; one that goes on from a checkpoint writes the epochs
    /// before it again.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_path_buf(), append: false, file: None }
    }

    /// Goes on with a file that exists instead.
    #[must_use]
    pub fn append(mut self) -> Self {
        self.append = true;
        self
    }

    fn open(&self) -> io::Result<File> {
        OpenOptions::new().create(true).write(true).append(self.append).truncate(!self.append).open(&self.path)
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::File { action: "write", path: self.path.clone(), source }
    }
}

impl<N: Network> Callback<N> for CsvLogger {
    fn follows_batches(&self) -> bool {
        false
    }

    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        let open = || {
            let mut file = self.open()?;
            if !self.append {
                file.write_all(training.history.to_csv().as_bytes())?;
            }
            Ok(file)
        };
        self.file = Some(open().map_err(|error| self.failed(error))?);
        Ok(())
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        let (Some(file), Some(last)) = (&mut self.file, training.last()) else { return Ok(()) };
        let write = |file: &mut File| {
            let mut text = last.to_csv();
            if file.metadata()?.len() == 0 {
                text.insert_str(0, &last.csv_header());
            }
            file.write_all(text.as_bytes())
        };
        write(file).map_err(|error| self.failed(error))
    }

    fn on_train_end(&mut self, _: &mut Training<'_, N>) -> Result<(), Error> {
        self.file = None;
        Ok(())
    }
}
