//! What is in a file, without the type of the network in it.

use core::fmt;
use std::format;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

use super::about::{About, KEY};
use super::file::{Fault, Weights};
use crate::error::Error;

/// What a file of weights holds; prints as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSummary {
    /// The declaration of the network, `Xor: f32 = Dense(2 -> 4, relu), ...`, if typenet wrote the file.
    pub network: Option<String>,
    /// The version of typenet that wrote it.
    pub version: Option<String>,
    /// The tensors, in the order in which they lie in the file.
    pub tensors: Vec<TensorSummary>,
}

/// A tensor in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TensorSummary {
    /// Its name.
    pub name: String,
    /// The type of its numbers as the format calls it: `"F32"`, `"F64"`, ...
    pub dtype: String,
    /// Its shape, in C order.
    pub shape: Vec<usize>,
    /// Its size in the file.
    pub bytes: usize,
}

impl TensorSummary {
    /// How many numbers it has.
    #[must_use]
    pub fn parameters(&self) -> usize {
        // the header's check has multiplied them without overflow
        self.shape.iter().product()
    }
}

impl FileSummary {
    /// How many numbers there are.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.tensors.iter().map(TensorSummary::parameters).sum()
    }

    /// Their size in the file.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.tensors.iter().map(|tensor| tensor.bytes).sum()
    }
}

/// What a file of weights holds, whoever wrote it and whatever network it is for. Reads its header alone.
///
/// ```
/// # fn main() -> Result<(), typenet::Error> {
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/weights/torch_sequential.safetensors");
/// let summary = typenet::weights::summary(path)?;
/// assert_eq!(summary.tensors[0].name, "0.bias");
/// assert_eq!(summary.parameters(), 3 * 5 + 5 + 5 * 5 + 5 + 5 * 2 + 2);
/// println!("{summary}");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::File`] if it cannot be read or is no safetensors file.
pub fn summary(path: impl AsRef<Path>) -> Result<FileSummary, Error> {
    let path = path.as_ref();
    let Weights { metadata, tensors, .. } = Weights::open(path).map_err(|fault: Fault| fault.of_file(path))?;
    let About { network, version, .. } = metadata.get(KEY).map_or_else(About::default, |text| About::parse(text));
    let tensors = tensors.into_iter().map(|(name, tensor)| TensorSummary {
        name,
        dtype: format!("{:?}", tensor.dtype),
        shape: tensor.shape,
        bytes: tensor.data_offsets.1 - tensor.data_offsets.0,
    });
    Ok(FileSummary { network, version, tensors: tensors.collect() })
}

impl fmt::Display for FileSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // what stands in a file is escaped, lest it speak to the terminal
        if let Some(network) = &self.network {
            writeln!(f, "{}", network.escape_debug())?;
        }
        if let Some(version) = &self.version {
            writeln!(f, "written by typenet {}", version.escape_debug())?;
        }
        let row = |tensor: &TensorSummary| {
            let name = format!("{}", tensor.name.escape_debug());
            (name, format!("{:?}", tensor.shape))
        };
        let rows: Vec<_> = self.tensors.iter().map(row).collect();
        let name_width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max("tensor".len());
        let shape_width = rows.iter().map(|(_, shape)| shape.len()).max().unwrap_or(0).max("shape".len());
        writeln!(f, "{:<name_width$}  type  {:>shape_width$}  {:>10}", "tensor", "shape", "parameters")?;
        for (tensor, (name, shape)) in self.tensors.iter().zip(&rows) {
            let (dtype, parameters) = (&tensor.dtype, tensor.parameters());
            writeln!(f, "{name:<name_width$}  {dtype:<4}  {shape:>shape_width$}  {parameters:>10}")?;
        }
        write!(f, "{} parameters, {} bytes", self.parameters(), self.bytes())
    }
}
