//! Tables of comma-separated values.

use core::fmt::Display;
use core::str::FromStr;
use std::path::Path;

use crate::error::Error;

/// A table with named columns: comma-separated values below a line of names.
///
/// ```
/// use typenet::data::Table;
///
/// # fn main() -> Result<(), typenet::Error> {
/// let table = Table::parse("length,width,species\n5.1,3.5,setosa\n6.2,2.9,virginica\n4.9,3.0,setosa\n")?;
/// let x: Vec<[f32; 2]> = table.columns(["length", "width"])?;
/// let (y, names) = table.categories("species")?;
/// assert_eq!(x, [[5.1, 3.5], [6.2, 2.9], [4.9, 3.0]]);
/// assert_eq!((y, names), (vec![0, 1, 0], vec!["setosa", "virginica"]));
///
/// let error = table.column::<f32>("species").unwrap_err();
/// assert_eq!(error.to_string(), "line 2: column `species`: `setosa`: invalid float literal");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Table {
    pub(super) names: csv::StringRecord,
    pub(super) rows: Vec<csv::StringRecord>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read; [`Error::Table`] if rows differ in length or are not UTF-8.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let reader = csv::Reader::from_path(path).map_err(|error| fault(error, path))?;
        Self::collect(reader, path)
    }

    /// Reads text.
    ///
    /// # Errors
    /// [`Error::Table`] if rows differ in length.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::from_reader(csv::Reader::from_reader(text.as_bytes()))
    }

    /// Reads with a reader of the csv crate, which can be told of other delimiters and comments, that rows may be short
    /// (a value that is not there is an error when it is asked for), or that there are no names: columns are then named
    /// by their numbers, from 0.
    ///
    /// ```
    /// let reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader("1;2\n3;4".as_bytes());
    /// let table = typenet::data::Table::from_reader(reader)?;
    /// assert_eq!(table.column::<f32>("1")?, [2.0, 4.0]);
    /// # Ok::<(), typenet::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn from_reader<R: std::io::Read>(reader: csv::Reader<R>) -> Result<Self, Error> {
        Self::collect(reader, Path::new("the table"))
    }

    fn collect<R: std::io::Read>(mut reader: csv::Reader<R>, path: &Path) -> Result<Self, Error> {
        let names = names(&mut reader, path)?;
        let rows = reader.into_records().collect::<Result<_, _>>().map_err(|error| fault(error, path))?;
        Ok(Self { names, rows })
    }

    /// The names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter()
    }

    /// How many rows there are below the names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One column, parsed.
    ///
    /// # Errors
    /// [`Error::Table`] if there is no such column, or for the first value that does not parse.
    pub fn column<V: FromStr<Err: Display>>(&self, name: &str) -> Result<Vec<V>, Error> {
        let [column] = self.find([name])?;
        self.rows.iter().map(|row| self.value(row, column)).collect()
    }

    /// One column, parsed, in which values are missing: `None` where nothing stands, or `NA`, `NaN`, `nan` or `null`, which
    /// other programs write there.
    ///
    /// ```
    /// use typenet::data::Table;
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let incomes = Table::parse("age,income\n30,2.5\n40,\n50,3.5\n")?.optional::<f32>("income")?;
    /// assert_eq!(incomes, [Some(2.5), None, Some(3.5)]);
    /// // the mean of the others in its place, and whether it was missing as a number of its own
    /// let known: Vec<f32> = incomes.iter().flatten().copied().collect();
    /// let mean = known.iter().sum::<f32>() / known.len() as f32;
    /// let x: Vec<[f32; 2]> = incomes.iter().map(|income| [income.unwrap_or(mean), f32::from(income.is_none())]).collect();
    /// assert_eq!(x, [[2.5, 0.0], [3.0, 1.0], [3.5, 0.0]]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`column`](Self::column), for values that are not missing.
    pub fn optional<V: FromStr<Err: Display>>(&self, name: &str) -> Result<Vec<Option<V>>, Error> {
        let [column] = self.find([name])?;
        let value = |row| match self.text(row, column)?.trim() {
            "" | "NA" | "NaN" | "nan" | "null" => Ok(None),
            _ => self.value(row, column).map(Some),
        };
        self.rows.iter().map(value).collect()
    }

    /// Several columns side by side, parsed: the inputs of a network.
    ///
    /// # Errors
    /// As [`column`](Self::column).
    pub fn columns<V, const N: usize>(&self, names: [&str; N]) -> Result<Vec<[V; N]>, Error>
    where
        V: Copy + Default + FromStr<Err: Display>,
    {
        let columns = self.find(names)?;
        let values = |row| {
            let mut values = [V::default(); N];
            for (value, column) in values.iter_mut().zip(columns) {
                *value = self.value(row, column)?;
            }
            Ok(values)
        };
        self.rows.iter().map(values).collect()
    }

    /// All columns but one, side by side, in their order.
    ///
    /// # Errors
    /// As [`column`](Self::column), and if there are not `N` of them.
    pub fn columns_but<V, const N: usize>(&self, name: &str) -> Result<Vec<[V; N]>, Error>
    where
        V: Copy + Default + FromStr<Err: Display>,
    {
        let [left_out] = self.find([name])?;
        let others = self.names().enumerate().filter(|(column, _)| *column != left_out).map(|(_, name)| name);
        let others: Vec<_> = others.collect();
        let found = others.len();
        let others = others.try_into().map_err(|_| Error::Table {
            line: 1,
            reason: format!("there are {found} columns beside `{name}`, not {N}"),
        })?;
        self.columns(others)
    }

    /// A column of names as classes: of each row the number of its name among all that occur, and these, sorted.
    ///
    /// Another table, of which other names occur, is numbered by those of the first with
    /// [`categories_of`](Self::categories_of).
    ///
    /// # Errors
    /// [`Error::Table`] if there is no such column, or a row ends before it.
    pub fn categories(&self, name: &str) -> Result<(Vec<u32>, Vec<&str>), Error> {
        let [column] = self.find([name])?;
        let values: Vec<&str> = self.rows.iter().map(|row| self.text(row, column)).collect::<Result<_, _>>()?;
        let mut names = values.clone();
        names.sort_unstable();
        names.dedup();
        // there are at most as many names as rows, which a network counts in 32 bits
        #[allow(clippy::cast_possible_truncation, reason = "see above")]
        let classes = values.iter().map(|value| names.partition_point(|name| name < value) as u32).collect();
        Ok((classes, names))
    }

    /// A column of names as classes: of each row the number of its name among `names`, Keras's `StringLookup` with a
    /// vocabulary. So the same name has the same number in data to train on, in each of its [`pieces`](Self::pieces), and in
    /// what comes later.
    ///
    /// ```
    /// use typenet::data::Table;
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let table = Table::parse("species\nvirginica\nsetosa\nvirginica\n")?;
    /// let (_, names) = table.categories("species")?;
    /// let later = Table::parse("species\nvirginica\n")?;
    /// assert_eq!(later.categories("species")?.0, [0]);
    /// assert_eq!(later.categories_of("species", &names)?, [1]);
    ///
    /// let unknown = Table::parse("species\nversicolor\n")?.categories_of("species", &names).unwrap_err();
    /// assert_eq!(unknown.to_string(), "line 2: column `species`: `versicolor` is none of `setosa`, `virginica`");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`categories`](Self::categories), and for the first name that is none of these.
    pub fn categories_of(&self, name: &str, names: &[impl AsRef<str>]) -> Result<Vec<u32>, Error> {
        let [column] = self.find([name])?;
        let class = |row| {
            let text = self.text(row, column)?;
            let place = names.iter().position(|name| name.as_ref() == text);
            place.and_then(|class| class.try_into().ok()).ok_or_else(|| {
                let known = names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("`, `");
                Error::Table { line: line(row), reason: format!("column `{name}`: `{text}` is none of `{known}`") }
            })
        };
        self.rows.iter().map(class).collect()
    }

    /// Where the columns with these names are.
    fn find<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], Error> {
        let mut columns = [0; N];
        for (column, name) in columns.iter_mut().zip(names) {
            *column = self.names().position(|there_is| there_is == name).ok_or_else(|| Error::Table {
                line: 1,
                reason: format!(
                    "there is no column `{name}`; there are `{}`",
                    self.names().collect::<Vec<_>>().join("`, `")
                ),
            })?;
        }
        Ok(columns)
    }

    fn value<V: FromStr<Err: Display>>(&self, row: &csv::StringRecord, column: usize) -> Result<V, Error> {
        let text = self.text(row, column)?;
        let reason = |error| format!("column `{}`: `{text}`: {error}", &self.names[column]);
        text.trim().parse().map_err(|error| Error::Table { line: line(row), reason: reason(error) })
    }

    /// What stands in a row, which a reader that was told so may have read though it is short.
    fn text<'a>(&self, row: &'a csv::StringRecord, column: usize) -> Result<&'a str, Error> {
        row.get(column)
            .ok_or_else(|| Error::Table { line: line(row), reason: unequal(row.len() as u64, self.names.len() as u64) })
    }
}

/// The names of the columns, or their numbers.
pub(super) fn names<R: std::io::Read>(reader: &mut csv::Reader<R>, path: &Path) -> Result<csv::StringRecord, Error> {
    let names = reader.headers().map_err(|error| fault(error, path))?.clone();
    if reader.has_headers() {
        return Ok(names);
    }
    Ok((0..names.len()).map(|number| number.to_string()).collect())
}

pub(super) fn fault(error: csv::Error, path: &Path) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    let reason = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(source) => Error::File { action: "read", path: path.into(), source },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Error::Table { line, reason: unequal(len, expected_len) }
        }
        _ => Error::Table { line, reason },
    }
}

fn unequal(values: u64, names: u64) -> String {
    format!("{values} values below {names} names")
}

/// On which line of the text a row begins.
fn line(row: &csv::StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}
