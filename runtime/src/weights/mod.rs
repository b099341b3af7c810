#![doc = include_str!("../../docs/weights.md")]

mod about;
mod checkpoint;
mod file;
mod naming;
#[cfg(feature = "onnx")]
pub(crate) mod onnx;
pub(crate) mod quantized;
mod summary;

use std::boxed::Box;
use std::collections::{HashMap, HashSet};
use std::format;
use std::io;
use std::path::Path;
use std::string::{String, ToString as _};
use std::vec::Vec;

use bytemuck::{cast_slice, zeroed_box};
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};

use self::about::{About, KEY, tolerance};
pub(crate) use self::checkpoint::Checkpoint;
pub(crate) use self::file::replace;
use self::file::{Fault, LONGEST_HEADER, Weights};
use self::naming::{Place, Tensor, places, tensors, told};
pub use self::summary::{FileSummary, TensorSummary, summary};
use crate::error::Error;
use crate::network::Network;
use crate::scalar::Scalar;

/// What stands for the path where there is none.
const BYTES: &str = "<bytes>";

#[cfg(target_endian = "big")]
compile_error!("feature `safetensors` of typenet is for little-endian machines, as the format is little-endian");

fn dtype(scalar: &str) -> Dtype {
    if scalar == "f64" { Dtype::F64 } else { Dtype::F32 }
}

/// The first number that is NaN or infinite, as a fault.
fn not_finite<N: Network>(network: &N, tensors: &[Tensor]) -> Option<String> {
    let numbers = network.as_flat();
    tensors.iter().find_map(|tensor| {
        let mut numbers = numbers[tensor.range.clone()].iter().enumerate();
        let (index, number) = numbers.find(|(_, number)| !number.finite())?;
        Some(format!("number {index} of tensor `{}` is {number}", tensor.name()))
    })
}

pub(crate) fn save<N: Network>(network: &N, path: &Path) -> Result<(), Error> {
    let failed = |source| Error::File { action: "write", path: path.to_path_buf(), source };
    head_of(network).and_then(|head| replace(path, &[&head, cast_slice(network.as_flat())])).map_err(failed)
}

/// What [`save`] writes.
pub(crate) fn to_bytes<N: Network>(network: &N) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::File { action: "write", path: Path::new(BYTES).to_path_buf(), source };
    Ok([&head_of(network).map_err(failed)?, cast_slice(network.as_flat())].concat())
}

/// What stands before the numbers of a network.
fn head_of<N: Network>(network: &N) -> io::Result<Vec<u8>> {
    let tensors = tensors(N::LAYERS);
    // such a file could not be loaded
    if let Some(fault) = not_finite(network, &tensors) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
    }
    let numbers = cast_slice(network.as_flat());
    let about =
        About::new::<N::Scalar, N::Input, N::Output>(&N::summary(), numbers, |sample: &_| network.predict(sample));
    let infos = tensors.iter().map(|tensor| info(N::Scalar::NAME, tensor, "", 0)).collect();
    head(infos, about)
}

/// A header that can be read again.
fn head(infos: Vec<(String, TensorInfo)>, about: About) -> io::Result<Vec<u8>> {
    let head = header(infos.clone(), about.to_text())?;
    if head.len() as u64 <= LONGEST_HEADER {
        return Ok(head);
    }
    // a sample of very many numbers
    header(infos, about.without_sample().to_text())
}

/// A tensor as the header tells it: in a copy of the network's numbers that begins at byte `start`, with the name of
/// the copy before its own.
fn info(scalar: &str, tensor: &Tensor, copy: &str, start: usize) -> (String, TensorInfo) {
    let dtype = dtype(scalar);
    let place = |number: usize| start + number * dtype.bitsize() / 8;
    let data_offsets = (place(tensor.range.start), place(tensor.range.end));
    let name = format!("{copy}{}", tensor.name());
    (name, TensorInfo { dtype, shape: tensor.info.shape.to_vec(), data_offsets })
}

/// The length of the header and the header, padded so that what follows is aligned.
fn header(infos: Vec<(String, TensorInfo)>, about: String) -> io::Result<Vec<u8>> {
    let about = HashMap::from([(KEY.to_string(), about)]);
    let metadata = Metadata::new(Some(about), infos).map_err(io::Error::other)?;
    let mut header = serde_json::to_string(&metadata)?;
    while !header.len().is_multiple_of(size_of::<u64>()) {
        header.push(' ');
    }
    Ok([&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat())
}

/// Reads the parameters of `network` from a file of its scalar type, or with `cast` of either.
pub(crate) fn load<N: Network>(network: &mut N, path: &Path, cast: bool) -> Result<(), Error> {
    let loaded = Weights::open(path).and_then(|file| loaded::<N, _>(file, cast));
    let loaded = loaded.map_err(|fault| fault.of_network(path))?;
    network.as_flat_mut().copy_from_slice(loaded.as_flat());
    Ok(())
}

/// Reads the parameters of `network` from what was a file of its scalar type.
pub(crate) fn load_bytes<N: Network>(network: &mut N, bytes: &[u8]) -> Result<(), Error> {
    let loaded = Weights::begin(bytes, bytes.len() as u64).and_then(|file| loaded::<N, _>(file, false));
    let loaded = loaded.map_err(|fault| fault.of_network(Path::new(BYTES)))?;
    network.as_flat_mut().copy_from_slice(loaded.as_flat());
    Ok(())
}

/// The network in a file.
fn loaded<N: Network, R: io::Read>(mut file: Weights<R>, cast: bool) -> Result<Box<N>, Fault> {
    let tensors = tensors(N::LAYERS);
    let places = places(&tensors, &file.tensors);
    let found = check_tensors(N::Scalar::NAME, &tensors, &places, &file.tensors, cast)?;
    let about = file.metadata.remove(KEY).map_or_else(About::default, |text| About::parse(&text));
    about.check_layers(&N::summary())?;
    let bytes = file.read()?;
    about.check_numbers(&bytes)?;
    let mut network: Box<N> = zeroed_box();
    for ((tensor, place), found) in tensors.iter().zip(&places).zip(&found) {
        let numbers = &mut network.as_flat_mut()[tensor.range.clone()];
        let bytes = bytes.get(found.data_offsets.0..found.data_offsets.1).unwrap_or_default();
        match (found.dtype, tensor.info.shape) {
            (Dtype::F64, shape) => fill(numbers, bytes, place, shape, f64::from_le_bytes),
            (_, shape) => fill(numbers, bytes, place, shape, |bytes| f64::from(f32::from_le_bytes(bytes))),
        }?;
        if place.takes_one(tensor, found) {
            let slope = numbers[0];
            numbers.fill(slope);
        }
    }
    let scalar = if found.iter().any(|tensor| tensor.dtype == Dtype::F32) { "f32" } else { N::Scalar::NAME };
    let tolerance = tolerance(scalar).max(tolerance(N::Scalar::NAME));
    about.check_sample::<N::Scalar, N::Input, N::Output>(tolerance, |sample: &_| network.predict(sample))?;
    Ok(network)
}

/// What the file knows of each tensor of a network: it has all of them and no others, in the right shape and type.
fn check_tensors(
    scalar: &str,
    tensors: &[Tensor],
    places: &[Place],
    file: &[(String, TensorInfo)],
    cast: bool,
) -> Result<Vec<TensorInfo>, Fault> {
    let by_name: HashMap<&str, &TensorInfo> = file.iter().map(|(name, info)| (name.as_str(), info)).collect();
    let want = dtype(scalar);
    let mut found = Vec::new();
    for (tensor, place @ Place { name, transposed, .. }) in tensors.iter().zip(places) {
        let Some(info) = by_name.get(name.as_str()) else {
            return Err(format!("there is no tensor `{name}`, {}", told(file)).into());
        };
        let mut shape = tensor.info.shape.to_vec();
        if *transposed {
            shape.reverse();
        }
        let (have, have_shape) = (info.dtype, &info.shape);
        let castable = matches!(have, Dtype::F32 | Dtype::F64);
        let fits = have_shape == &shape || place.takes_one(tensor, info);
        if !fits || (have != want && !(cast && castable)) {
            let help = if fits && castable { "; `load_cast` reads it all the same" } else { "" };
            let fault = format!("tensor `{name}` should be {want:?} {shape:?}, but is {have:?} {have_shape:?}{help}");
            return Err(fault.into());
        }
        found.push((*info).clone());
    }
    let ours: HashSet<&str> = places.iter().map(|place| place.name.as_str()).collect();
    // Keras keeps a count beside the mean of a `Normalization`, and says itself that it is of no use any more
    let needless = |name: &str| {
        let layer = name.strip_suffix(".count");
        layer.is_some_and(|layer| {
            ours.contains(&*format!("{layer}.mean")) && ours.contains(&*format!("{layer}.variance"))
        })
    };
    if let Some((name, _)) = file.iter().find(|(name, _)| !ours.contains(name.as_str()) && !needless(name)) {
        let name = name.escape_debug();
        return Err(format!("there is a tensor `{name}`, which this network does not have").into());
    }
    Ok(found)
}

/// Fills a tensor with the numbers of a file, each read as a value of `f64`, which holds all of `f32`.
fn fill<T: Scalar, const BYTES: usize>(
    numbers: &mut [T],
    bytes: &[u8],
    place: &Place,
    shape: &[usize],
    value: impl Fn([u8; BYTES]) -> f64,
) -> Result<(), String> {
    let (inputs, outputs) = if let [inputs, outputs] = shape { (*inputs, *outputs) } else { (1, 1) };
    for (index, bytes) in bytes.as_chunks().0.iter().enumerate() {
        let target = if place.transposed { index % inputs * outputs + index / inputs } else { index };
        let value = value(*bytes);
        let number = T::from_f64(value);
        if !number.finite() {
            let beyond = if value.is_finite() { format!(", beyond {}", T::NAME) } else { String::new() };
            return Err(format!("number {index} of tensor `{}` is {value:?}{beyond}", place.name));
        }
        numbers[target] = number;
    }
    Ok(())
}
