//! Files of quantised networks.

use core::ops::Range;
use std::boxed::Box;
use std::collections::{HashMap, HashSet};
use std::format;
use std::io::{self, Read};
use std::path::Path;
use std::string::String;
use std::vec::Vec;

use bytemuck::zeroed_box;
use safetensors::Dtype;
use safetensors::tensor::TensorInfo;

use super::about::{About, KEY};
use super::file::{Fault, Weights, replace};
use super::naming::told;
use super::{BYTES, head};
use crate::error::Error;
use crate::layers::naming;
use crate::quantized::{InputOf, Number, OutputOf, Quantizable, QuantizableNetwork, Quantized, Stored};
use crate::summary::Summary;

/// How far an output may be from the one in the file, relative to the largest of the outputs or to 1. The last digits
/// of an activation differ from one instruction set to another, and where they decide how a number is rounded, all that
/// follows differs by one of 255 steps.
const TOLERANCE: f64 = 1.0 / 32.0;

/// A tensor of a quantised network.
struct Tensor {
    name: String,
    number: Number,
    shape: &'static [usize],
    /// Its place in memory, in bytes.
    range: Range<usize>,
}

impl Tensor {
    fn dtype(&self) -> Dtype {
        match self.number {
            Number::Weight => Dtype::I8,
            Number::Sum | Number::ZeroPoint => Dtype::I32,
            Number::Scale | Number::Real => Dtype::F32,
        }
    }
}

/// All tensors, layer by layer.
fn tensors<N: QuantizableNetwork>() -> Vec<Tensor> {
    let layout = <<N::Chain as Quantizable>::Quantized as Stored>::LAYOUT;
    let layers = naming::all(N::LAYERS).filter(|(_, layer)| layer.layers.is_empty());
    let mut tensors = Vec::new();
    for ((path, _), (stored, start)) in layers.zip((0..).map_while(|index| layout.nth(index))) {
        tensors.extend(stored.iter().map(|tensor| {
            let (number, shape) = (tensor.number, tensor.shape);
            let start = start + tensor.offset;
            let range = start..start + number.size() * shape.iter().product::<usize>();
            Tensor { name: format!("{path}.{}", tensor.name), number, shape, range }
        }));
    }
    tensors
}

/// What files tell of the layers.
fn summary<N: QuantizableNetwork>() -> Summary {
    Summary { scalar: "int8", ..N::summary() }
}

/// The bytes of a tensor.
fn bytes_of<'a, N: QuantizableNetwork>(network: &'a Quantized<N>, tensor: &Tensor) -> &'a [u8] {
    let first: *const Quantized<N> = network;
    // SAFETY: by the contract of `Stored` these bytes of the network are numbers, without padding, and they are
    // borrowed as long as it is
    unsafe { core::slice::from_raw_parts(first.cast::<u8>().add(tensor.range.start), tensor.range.len()) }
}

/// The bytes of a tensor, to be filled.
fn bytes_of_mut<'a, N: QuantizableNetwork>(network: &'a mut Quantized<N>, tensor: &Tensor) -> &'a mut [u8] {
    let first: *mut Quantized<N> = network;
    // SAFETY: as in `bytes_of`; any bytes are numbers
    unsafe { core::slice::from_raw_parts_mut(first.cast::<u8>().add(tensor.range.start), tensor.range.len()) }
}

pub(crate) fn save<N: QuantizableNetwork>(network: &Quantized<N>, path: &Path) -> Result<(), Error> {
    let written = file(network).and_then(|(head, parts)| replace(path, &[&[&*head], &*parts].concat()));
    written.map_err(|source| Error::File { action: "write", path: path.to_path_buf(), source })
}

/// What [`save`] writes.
pub(crate) fn to_bytes<N: QuantizableNetwork>(network: &Quantized<N>) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::File { action: "write", path: Path::new(BYTES).to_path_buf(), source };
    let (head, parts) = file(network).map_err(failed)?;
    Ok([head, parts.concat()].concat())
}

/// The header, and the numbers after it.
fn file<N: QuantizableNetwork>(network: &Quantized<N>) -> io::Result<(Vec<u8>, Vec<&[u8]>)> {
    let mut tensors = tensors::<N>();
    // first what is four bytes wide, so that all of it is aligned
    tensors.sort_by_key(|tensor| tensor.number.size() == 1);
    let parts: Vec<&[u8]> = tensors.iter().map(|tensor| bytes_of(network, tensor)).collect();
    let predict = |sample: &_| network.predict(sample);
    let about = About::new::<f32, InputOf<N>, OutputOf<N>>(&summary::<N>(), &parts.concat(), predict);
    let infos = tensors.iter().scan(0, |end, tensor| {
        let start = *end;
        *end += tensor.range.len();
        let info = TensorInfo { dtype: tensor.dtype(), shape: tensor.shape.to_vec(), data_offsets: (start, *end) };
        Some((tensor.name.clone(), info))
    });
    Ok((head(infos.collect(), about)?, parts))
}

pub(crate) fn load<N: QuantizableNetwork>(path: &Path) -> Result<Box<Quantized<N>>, Error> {
    Weights::open(path).and_then(loaded).map_err(|fault| fault.of_network(path))
}

/// Reads what was a file.
pub(crate) fn load_bytes<N: QuantizableNetwork>(bytes: &[u8]) -> Result<Box<Quantized<N>>, Error> {
    let loaded = Weights::begin(bytes, bytes.len() as u64).and_then(loaded);
    loaded.map_err(|fault| fault.of_network(Path::new(BYTES)))
}

fn loaded<N: QuantizableNetwork, R: Read>(mut file: Weights<R>) -> Result<Box<Quantized<N>>, Fault> {
    let tensors = tensors::<N>();
    let places = check_tensors(&tensors, &file.tensors)?;
    let about = file.metadata.remove(KEY).map_or_else(About::default, |text| About::parse(&text));
    about.check_layers(&summary::<N>())?;
    let bytes = file.read()?;
    about.check_numbers(&bytes)?;
    let mut network: Box<Quantized<N>> = zeroed_box();
    for (tensor, place) in tensors.iter().zip(places) {
        let bytes = bytes.get(place).unwrap_or_default();
        for (index, number) in bytes.chunks(tensor.number.size()).enumerate() {
            if let Some(fault) = tensor.number.fault(number) {
                return Err(format!("number {index} of tensor `{}` {fault}", tensor.name).into());
            }
        }
        for (to, byte) in bytes_of_mut(&mut network, tensor).iter_mut().zip(bytes) {
            *to = *byte;
        }
    }
    about.check_sample::<f32, InputOf<N>, OutputOf<N>>(TOLERANCE, |sample: &_| network.predict(sample))?;
    Ok(network)
}

/// Where each of `tensors` lies in the file, which has all of them and no others, in the right shape and type.
fn check_tensors(tensors: &[Tensor], file: &[(String, TensorInfo)]) -> Result<Vec<Range<usize>>, Fault> {
    let by_name: HashMap<&str, &TensorInfo> = file.iter().map(|(name, info)| (name.as_str(), info)).collect();
    let mut places = Vec::new();
    for tensor in tensors {
        let name = &tensor.name;
        let Some(TensorInfo { dtype, shape, data_offsets: (start, end) }) = by_name.get(name.as_str()) else {
            return Err(format!("there is no tensor `{name}`, {}", told(file)).into());
        };
        if *dtype != tensor.dtype() || shape != tensor.shape {
            let (want, want_shape) = (tensor.dtype(), tensor.shape);
            let fault = format!("tensor `{name}` should be {want:?} {want_shape:?}, but is {dtype:?} {shape:?}");
            return Err(fault.into());
        }
        places.push(*start..*end);
    }
    let ours: HashSet<&str> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    if let Some((name, _)) = file.iter().find(|(name, _)| !ours.contains(name.as_str())) {
        let name = name.escape_debug();
        return Err(format!("there is a tensor `{name}`, which this network does not have").into());
    }
    Ok(places)
}
