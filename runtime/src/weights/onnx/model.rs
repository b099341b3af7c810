//! A graph that is read: as much of its messages as weights are in.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::graph::{DOUBLE, FLOAT};
use super::protobuf::{Fields, Value};

/// More dimensions than any weights have.
const MOST_DIMENSIONS: usize = 8;

/// A type of numbers as messages call it.
pub(super) fn type_name(data_type: u64) -> String {
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
pub(super) struct Node<'a> {
    pub(super) operator: &'a str,
    /// The first five, empty where there are fewer.
    pub(super) inputs: [&'a str; 5],
    pub(super) output: &'a str,
    /// `transA` and `transB` of a `Gemm`, and whether a factor is not 1.
    pub(super) transposed_input: bool,
    pub(super) transposed: bool,
    pub(super) scaled: bool,
    /// The attributes `offset` and `scale` of a `Scaler`.
    pub(super) offset: &'a [u8],
    pub(super) scale: &'a [u8],
}

impl<'a> Node<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, String> {
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

    fn attribute(&mut self, bytes: &'a [u8]) -> Result<(), String> {
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
            "offset" => self.offset = bytes,
            "scale" => self.scale = bytes,
            "alpha" | "beta" => self.scaled |= factor.to_bits() != 1_f32.to_bits(),
            _ => {}
        }
        Ok(())
    }
}

/// The numbers of an attribute, one for one or all in one.
pub(super) fn floats(attribute: &[u8]) -> Result<Vec<f32>, String> {
    let mut floats = Vec::new();
    for field in Fields(attribute) {
        if let (7, Value::Fixed(bytes) | Value::Bytes(bytes)) = field? {
            floats.extend(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)));
        }
    }
    Ok(floats)
}

/// As much of a `TensorProto` as is read.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) name: &'a str,
    pub(super) data_type: u64,
    pub(super) shape: Vec<usize>,
    pub(super) numbers: &'a [u8],
    pub(super) external: bool,
}

impl<'a> Found<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, String> {
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
pub(super) fn find<'a>(graph: &'a [u8], name: &str) -> Result<Option<Found<'a>>, String> {
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
