//! Tables that do not fit into memory.

use core::fmt;
use core::mem;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Table;
use super::table::{fault, names};
use crate::error::Error;

impl Table {
    /// Reads a file piece by piece: tables of so many rows, the last of fewer, of which each can be forgotten before
    /// the next is read. They are what [`fit_batches`](crate::Trainer::fit_batches) trains on.
    ///
    /// ```
    /// use typenet::data::Table;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join(format!("typenet-pieces-{}", std::process::id()));
    /// std::fs::write(&path, "a,b\n1,2\n3,4\n5,6\n")?;
    /// let pieces = Table::pieces(&path, 2).map(|piece| piece?.column("b"));
    /// let pieces: Vec<Vec<f32>> = pieces.collect::<Result<_, _>>()?;
    /// assert_eq!(pieces, [vec![2.0, 4.0], vec![6.0]]);
    /// # std::fs::remove_file(path)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Each piece may be an error, also the first, if the file cannot be opened; then there is no other:
    /// [`Error::File`] if it cannot be read, [`Error::Table`] if rows differ in length or are not UTF-8. No rows at a
    /// time are one row at a time.
    pub fn pieces(path: impl AsRef<Path>, rows: usize) -> Pieces<File> {
        let path = path.as_ref();
        Pieces::new(csv::Reader::from_path(path).map_err(|error| fault(error, path)), path, rows)
    }

    /// As [`pieces`](Self::pieces), with a reader of the csv crate: see [`from_reader`](Self::from_reader).
    pub fn pieces_of<R: Read>(reader: csv::Reader<R>, rows: usize) -> Pieces<R> {
        Pieces::new(Ok(reader), Path::new("the table"), rows)
    }
}

/// A table piece by piece: see [`Table::pieces`].
pub struct Pieces<R> {
    state: State<R>,
    path: PathBuf,
    rows: usize,
}

enum State<R> {
    /// There are rows to be read, below these names.
    Open(csv::StringRecord, Box<csv::StringRecordsIntoIter<R>>),
    /// What is to be told before all is over.
    Failed(Error),
    Over,
}

impl<R> fmt::Debug for Pieces<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<R: Read> Pieces<R> {
    fn new(reader: Result<csv::Reader<R>, Error>, path: &Path, rows: usize) -> Self {
        let open = |mut reader| {
            let names = names(&mut reader, path)?;
            Ok(State::Open(names, Box::new(reader.into_records())))
        };
        let state = reader.and_then(open).unwrap_or_else(State::Failed);
        Self { state, path: path.to_path_buf(), rows: rows.max(1) }
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = Result<Table, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let (names, mut records) = match mem::replace(&mut self.state, State::Over) {
            State::Open(names, records) => (names, records),
            State::Failed(error) => return Some(Err(error)),
            State::Over => return None,
        };
        match records.by_ref().take(self.rows).collect::<Result<Vec<_>, _>>() {
            Ok(rows) if rows.is_empty() => None,
            Ok(rows) => {
                self.state = State::Open(names.clone(), records);
                Some(Ok(Table { names, rows }))
            }
            Err(error) => Some(Err(fault(error, &self.path))),
        }
    }
}
