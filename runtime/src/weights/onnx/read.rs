//! Weights from ONNX models, whoever wrote them.
//!
//! Nothing is kept of a file but where its parts are: each tensor is looked for when a node asks for it, so that a hostile
//! file takes no memory beyond its own size.

use std::boxed::Box;
use std::format;
use std::io::Read as _;
use std::path::Path;
use std::string::{String, ToString as _};
use std::vec::Vec;

use bytemuck::zeroed_box;

use super::super::file::{Fault, open};
use super::super::fill;
use super::super::naming::{Place, Tensor, tensors};
use super::data_type;
use super::graph::{DOUBLE, FLOAT};
use super::protobuf::{Fields, Value};
use crate::error::Error;
use crate::network::Network;

/// More dimensions than any weights have.
const MOST_DIMENSIONS: usize = 8;

pub(crate) fn load<N: Network>(network: &mut N, path: &Path) -> Result<(), Error> {
    let read = || -> Result<Box<N>, Fault> {
        let mut bytes = Vec::new();
        open(path)?.read_to_end(&mut bytes)?;
        Ok(loaded::<N>(&bytes)?)
    };
    let loaded = read().map_err(|fault| fault.of_network(path))?;
    network.as_flat_mut().copy_from_slice(loaded.as_flat());
    Ok(())
}

/// The network in a model: each `Gemm` or `MatMul` is the next layer with a kernel.
fn loaded<N: Network>(model: &[u8]) -> Result<Box<N>, String> {
    let mut graph = None;
    for field in Fields(model) {
        if let (7, value) = field? {
            graph = Some(value.bytes()?);
        }
    }
    let graph = graph.ok_or("it is no ONNX file: there is no graph in it")?;
    let tensors = tensors(N::LAYERS);
    let mut reader = Reader { graph, network: zeroed_box::<N>(), wanted: &tensors, product: None, used: Vec::new() };
    for field in Fields(graph) {
        if let (1, value) = field? {
            reader.node(&Node::read(value.bytes()?)?)?;
        }
    }
    reader.finish()
}

/// A network that is read.
struct Reader<'a, N> {
    graph: &'a [u8],
    network: Box<N>,
    /// The tensors that are not yet read.
    wanted: &'a [Tensor],
    /// What the last `MatMul` gave, until its bias is added.
    product: Option<&'a str>,
    /// The names of what has been read.
    used: Vec<&'a str>,
}

impl<'a, N: Network> Reader<'a, N> {
    fn node(&mut self, node: &Node<'a>) -> Result<(), String> {
        let [_, kernel, bias] = node.inputs;
        match node.operator {
            "Gemm" if node.transposed_input || node.scaled => {
                let name = node.output.escape_debug();
                Err(format!("`{name}` is a `Gemm` with `transA`, `alpha` or `beta`, which is no fully connected layer"))
            }
            "Gemm" => {
                self.kernel(kernel, node.transposed)?;
                if !bias.is_empty() {
                    self.bias(bias)?;
                }
                self.product = None;
                Ok(())
            }
            "MatMul" => {
                self.kernel(kernel, false)?;
                self.product = Some(node.output);
                Ok(())
            }
            "Add" => {
                let [a, b, _] = node.inputs;
                let added = match self.product {
                    Some(product) if product == a => b,
                    Some(product) if product == b => a,
                    _ => return Ok(()),
                };
                if find(self.graph, added)?.is_some() {
                    self.bias(added)?;
                }
                self.product = None;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn kernel(&mut self, name: &'a str, transposed: bool) -> Result<(), String> {
        match self.wanted {
            [tensor, ..] if tensor.info.name == "kernel" => self.tensor(name, transposed),
            [tensor, ..] => Err(format!(
                "there is no tensor for `{}`: the next layer in it is `{}`",
                tensor.name(),
                name.escape_debug()
            )),
            [] => Err(surplus(name)),
        }
    }

    fn bias(&mut self, name: &'a str) -> Result<(), String> {
        match self.wanted {
            [tensor, ..] if tensor.info.name == "bias" => self.tensor(name, false),
            _ => Err(surplus(name)),
        }
    }

    /// Reads the next tensor that is wanted.
    fn tensor(&mut self, name: &'a str, transposed: bool) -> Result<(), String> {
        let Some((tensor, rest)) = self.wanted.split_first() else { return Ok(()) };
        let Some(found) = find(self.graph, name)? else {
            let name = name.escape_debug();
            return Err(format!("`{name}`, for `{}`, is not kept in it, but computed or missing", tensor.name()));
        };
        let mut shape = tensor.info.shape.to_vec();
        if transposed {
            shape.reverse();
        }
        let same = found.shape == shape || (shape.len() == 1 && found.shape == [1, shape[0]]);
        let expected = data_type::<N>();
        let shown = found.name.escape_debug();
        if !same || found.data_type != expected {
            let (want, have) = (type_name(expected), type_name(found.data_type));
            let (ours, theirs) = (tensor.name(), &found.shape);
            return Err(format!(
                "tensor `{shown}`, for `{ours}`, should be {want} {shape:?}, but is {have} {theirs:?}"
            ));
        }
        if found.external {
            return Err(format!("the numbers of tensor `{shown}` are in another file; export the model as one file"));
        }
        let bytes = tensor.range.len() * if expected == DOUBLE { size_of::<f64>() } else { size_of::<f32>() };
        if found.numbers.len() != bytes {
            let have = found.numbers.len();
            return Err(format!("tensor `{shown}` should have {bytes} bytes of numbers, but has {have}"));
        }
        let place = Place { name: shown.to_string(), transposed };
        let numbers = &mut self.network.as_flat_mut()[tensor.range.clone()];
        match expected {
            DOUBLE => fill(numbers, found.numbers, &place, tensor.info.shape, f64::from_le_bytes),
            _ => fill(numbers, found.numbers, &place, tensor.info.shape, |bytes| f64::from(f32::from_le_bytes(bytes))),
        }?;
        self.used.push(name);
        self.wanted = rest;
        Ok(())
    }

    /// The network, if all of it has been read, and nothing else is there.
    fn finish(self) -> Result<Box<N>, String> {
        if let [tensor, ..] = self.wanted {
            return Err(format!("there is no tensor for `{}`", tensor.name()));
        }
        for field in Fields(self.graph) {
            let (5, value) = field? else { continue };
            let found = Found::read(value.bytes()?)?;
            // single numbers are those of activations, integers are sizes and axes
            let trained = matches!(found.data_type, FLOAT | DOUBLE) && found.shape.iter().any(|size| *size > 1);
            if trained && !self.used.contains(&found.name) {
                return Err(surplus(found.name));
            }
        }
        Ok(self.network)
    }
}

fn surplus(name: &str) -> String {
    format!("there is a tensor `{}`, which this network does not have", name.escape_debug())
}

/// A type of numbers as messages call it.
fn type_name(data_type: u64) -> String {
    match data_type {
        FLOAT => "F32".into(),
        DOUBLE => "F64".into(),
        10 => "F16".into(),
        16 => "BF16".into(),
        other => format!("type {other}"),
    }
}

/// As much of a `NodeProto` as is read.
#[derive(Default)]
struct Node<'a> {
    operator: &'a str,
    /// The first three, empty where there are fewer.
    inputs: [&'a str; 3],
    output: &'a str,
    /// `transA` and `transB` of a `Gemm`, and whether a factor is not 1.
    transposed_input: bool,
    transposed: bool,
    scaled: bool,
}

impl<'a> Node<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let mut node = Self::default();
        let mut inputs = node.inputs.into_iter().enumerate();
        for field in Fields(bytes) {
            match field? {
                (1, value) => {
                    if let Some((index, _)) = inputs.next() {
                        node.inputs[index] = value.text()?;
                    }
                }
                (2, value) if node.output.is_empty() => node.output = value.text()?,
                (4, value) => node.operator = value.text()?,
                (5, value) => node.attribute(value.bytes()?)?,
                _ => {}
            }
        }
        Ok(node)
    }

    fn attribute(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (mut name, mut on, mut factor) = ("", false, 1.0);
        for field in Fields(bytes) {
            match field? {
                (1, value) => name = value.text()?,
                (2, Value::Fixed(&[a, b, c, d])) => factor = f32::from_le_bytes([a, b, c, d]),
                (3, value) => on = value.int()? != 0,
                _ => {}
            }
        }
        match name {
            "transA" => self.transposed_input = on,
            "transB" => self.transposed = on,
            "alpha" | "beta" => self.scaled |= factor.to_bits() != 1_f32.to_bits(),
            _ => {}
        }
        Ok(())
    }
}

/// As much of a `TensorProto` as is read.
#[derive(Default)]
struct Found<'a> {
    name: &'a str,
    data_type: u64,
    shape: Vec<usize>,
    numbers: &'a [u8],
    external: bool,
}

impl<'a> Found<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let mut found = Self::default();
        for field in Fields(bytes) {
            match field? {
                (1, Value::Int(size)) => found.size(size)?,
                // all in one
                (1, value) => {
                    let mut sizes = Fields(value.bytes()?);
                    while !sizes.0.is_empty() {
                        found.size(sizes.varint().ok_or("a shape is not one")?)?;
                    }
                }
                (2, value) => found.data_type = value.int()?,
                (8, value) => found.name = value.text()?,
                // as raw bytes, as `f32` or as `f64`: all the same bytes
                (4 | 9 | 10, value) => found.numbers = value.bytes()?,
                (14, value) => found.external = value.int()? == 1,
                _ => {}
            }
        }
        Ok(found)
    }

    fn size(&mut self, size: u64) -> Result<(), String> {
        if self.shape.len() == MOST_DIMENSIONS {
            return Err(format!("a tensor has more than {MOST_DIMENSIONS} dimensions"));
        }
        self.shape.push(usize::try_from(size).map_err(|_| "a tensor is larger than the memory")?);
        Ok(())
    }
}

/// The tensor of this name that is kept in a graph.
fn find<'a>(graph: &'a [u8], name: &str) -> Result<Option<Found<'a>>, String> {
    for field in Fields(graph) {
        if let (5, value) = field? {
            let found = Found::read(value.bytes()?)?;
            if found.name == name {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}
