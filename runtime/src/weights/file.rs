//! Safetensors files: a header that says what there is, then the numbers.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::string::String;
use std::vec::Vec;
use std::{fmt, format, vec};

use safetensors::tensor::TensorInfo;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::error::Error;

/// The longest header that is read: that of some 40,000 tensors. Parsed, it takes up to 16 times its length of memory,
/// which is all that a hostile file can claim beyond its own size.
pub(super) const LONGEST_HEADER: u64 = 4 * 1024 * 1024;

/// How many bytes tell the length of the header.
const LENGTH: usize = 8;

/// Why a file could not be read.
pub(super) enum Fault {
    /// What the system says.
    System(io::Error),
    /// What is wrong with what stands in it.
    Content(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self::Content(reason)
    }
}

impl Fault {
    /// The error for somebody who wants a network from this file.
    pub(super) fn of_network(self, path: &Path) -> Error {
        match self {
            Self::System(source) => Error::File { action: "read", path: path.to_path_buf(), source },
            Self::Content(reason) => Error::Weights { path: path.to_path_buf(), reason },
        }
    }

    /// The error for somebody who wants to go on with a training.
    pub(super) fn of_training(self, path: &Path) -> Error {
        match self {
            Self::System(source) => Error::File { action: "read", path: path.to_path_buf(), source },
            Self::Content(reason) => Error::Checkpoint { path: path.to_path_buf(), reason },
        }
    }

    /// The error for somebody who wants to know what there is.
    pub(super) fn of_file(self, path: &Path) -> Error {
        let source = match self {
            Self::System(source) => source,
            Self::Content(reason) => io::Error::new(io::ErrorKind::InvalidData, reason),
        };
        Error::File { action: "read", path: path.to_path_buf(), source }
    }
}

/// Opens what is a file and nothing else.
pub(super) fn open(path: &Path) -> io::Result<File> {
    // asked before it is opened: to open a pipe is to wait for somebody who writes
    is_file(&fs::metadata(path)?)?;
    File::open(path)
}

/// That it is neither a directory nor a device.
fn is_file(about: &fs::Metadata) -> io::Result<()> {
    if about.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a directory"));
    }
    if !about.is_file() {
        let reason = "this is a device or a pipe, not a file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    Ok(())
}

/// A file, or what was one, whose header is read and checked.
pub(super) struct Weights<R = File> {
    /// What is told beside the tensors.
    pub(super) metadata: HashMap<String, String>,
    /// The tensors in the order of their numbers, which follow each other without a gap.
    pub(super) tensors: Vec<(String, TensorInfo)>,
    /// Stands where the numbers begin.
    file: R,
    bytes: usize,
}

impl Weights {
    /// Opens a file and reads its header.
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let file = open(path)?;
        let length = file.metadata()?.len();
        Self::begin(file, length)
    }
}

impl<R: Read> Weights<R> {
    /// Reads the header of so many bytes. Nothing is allocated that these are not enough for.
    pub(super) fn begin(mut file: R, length: u64) -> Result<Self, Fault> {
        let Some(rest) = length.checked_sub(LENGTH as u64) else {
            return Err(no_file(format!("it ends after {length} bytes")));
        };
        let mut word = [0; LENGTH];
        file.read_exact(&mut word)?;
        let header = u64::from_le_bytes(word);
        if header > rest {
            return Err(no_file(too_short(word, header, rest)));
        }
        if header > LONGEST_HEADER {
            return Err(no_file(format!("its header has {header} bytes, more than {LONGEST_HEADER}")));
        }
        // both fit: at most the longest header, and a file that fits into the memory or fails to
        let mut text = vec![0; usize::try_from(header).unwrap_or(usize::MAX)];
        file.read_exact(&mut text)?;
        let Header { metadata, mut tensors } = serde_json::from_slice(&text)
            .map_err(|error| no_file(format!("its header is wrong: {}", shown(&error.to_string()))))?;
        tensors.sort_by_key(|(_, tensor)| tensor.data_offsets);
        let end = contiguous(&tensors)?;
        if end as u64 != rest - header {
            let found = rest - header;
            return Err(no_file(format!("its tensors take {end} bytes, but {found} follow the header")));
        }
        Ok(Self { metadata, tensors, file, bytes: end })
    }

    /// All numbers of all tensors.
    pub(super) fn read(mut self) -> io::Result<Vec<u8>> {
        let mut numbers = vec![0; self.bytes];
        self.file.read_exact(&mut numbers)?;
        Ok(numbers)
    }
}

/// A text that may hold what stands in a file, with nothing in it that speaks to the terminal.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for sign in text.chars() {
        if sign.is_control() {
            shown.extend(sign.escape_debug());
        } else {
            shown.push(sign);
        }
    }
    shown
}

fn no_file(reason: impl fmt::Display) -> Fault {
    Fault::Content(format!("it is no safetensors file: {reason}"))
}

/// What a file is whose header would be longer than the file.
fn too_short(word: [u8; LENGTH], header: u64, rest: u64) -> String {
    match word {
        [b'P', b'K', 3, 4, ..] => "it is a zip archive, as `torch.save` and Keras's `save` write; for safetensors see \
                                   `typenet::weights`"
            .into(),
        [0x89, b'H', b'D', b'F', ..] => "it is an HDF5 file, as Keras's `save_weights` writes; for safetensors see \
                                         `typenet::weights`"
            .into(),
        _ if u64::from_be_bytes(word) <= rest => "its bytes are in big-endian order".into(),
        _ => format!("its header should have {header} bytes, but {rest} follow"),
    }
}

/// Where the last tensor ends, if each is as long as its shape says and begins where the one before it ends.
fn contiguous(tensors: &[(String, TensorInfo)]) -> Result<usize, Fault> {
    let (mut start, mut names) = (0, HashSet::new());
    for (name, TensorInfo { dtype, shape, data_offsets: (from, to) }) in tensors {
        let bits = shape.iter().try_fold(dtype.bitsize(), |bits, size| bits.checked_mul(*size));
        let bytes = bits.filter(|bits| bits.is_multiple_of(8)).map(|bits| bits / 8);
        let first = names.insert(name);
        let name = name.escape_debug();
        if !first {
            return Err(no_file(format!("there are two tensors `{name}`")));
        }
        if bytes.is_none_or(|bytes| from.checked_add(bytes) != Some(*to)) {
            let reason = format!("tensor `{name}`, {dtype:?} {shape:?}, cannot be the bytes {from}..{to}");
            return Err(no_file(reason));
        }
        if *from != start {
            return Err(no_file(format!("tensor `{name}` should begin at byte {start}, but begins at {from}")));
        }
        start = *to;
    }
    Ok(start)
}

/// A header as it is read: name by name, without the copy of all of it that `safetensors`' own reader makes first, so
/// that memory is bounded by the header's length.
struct Header {
    metadata: HashMap<String, String>,
    tensors: Vec<(String, TensorInfo)>,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Header;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the names of tensors and what is known of them")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let mut header = Header { metadata: HashMap::new(), tensors: Vec::new() };
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        header.metadata = map.next_value()?;
                    } else {
                        header.tensors.push((name, map.next_value()?));
                    }
                }
                Ok(header)
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// Puts these bytes, one part after the other, in the place of the file, whole or not at all. Who may read it is as
/// before; a link stays one, and what it leads to is replaced.
pub(crate) fn replace(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let before = fs::metadata(path).ok();
    if let Some(before) = &before {
        is_file(before)?;
        if before.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "this file is read-only"));
        }
    }
    let path = if before.is_some() && path.is_symlink() { &fs::canonicalize(path)? } else { path };
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if path.file_name().is_none() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a directory"));
    }
    #[cfg_attr(not(unix), allow(unused_mut, reason = "there are no such permissions"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // as any other new file; the default of temporary files is that nobody else may read them
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(directory)?;
    for part in parts {
        file.write_all(part)?;
    }
    if let Some(before) = before {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // the new name is durable once the directory is
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}
