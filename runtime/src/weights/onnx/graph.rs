//! A graph that is written: nodes, the tensors that are trained, and what goes in and comes out.
//!
//! Source: the messages of *onnx.proto* and the operators of opset 20, <https://onnx.ai/onnx>.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::protobuf::Message;

/// The version of the file format, and of the operators.
const IR_VERSION: u64 = 9;
const OPSET: u64 = 20;

/// `TensorProto.DataType`
pub(super) const FLOAT: u64 = 1;
pub(super) const INT64: u64 = 7;
pub(super) const DOUBLE: u64 = 11;

/// The last axis, -1: that of the numbers of a sample.
pub(super) const LAST: u64 = (-1_i64).cast_unsigned();

/// What a node is told beside its inputs.
pub(super) enum Attribute<'a> {
    Float(&'a str, f64),
    Int(&'a str, u64),
    Text(&'a str, &'a str),
    Tensor(&'a str, Message),
}

impl Attribute<'_> {
    #[allow(clippy::cast_possible_truncation, reason = "ONNX has numbers of activations in `f32`")]
    fn message(&self) -> Message {
        // the last field says which of the others is there
        match self {
            Self::Float(name, value) => Message::default().text(1, name).float(2, *value as f32).int(20, 1),
            Self::Int(name, value) => Message::default().text(1, name).int(3, *value).int(20, 2),
            Self::Text(name, value) => Message::default().text(1, name).text(4, value).int(20, 3),
            Self::Tensor(name, value) => Message::default().text(1, name).message(5, value).int(20, 4),
        }
    }
}

/// A `TensorProto`: little-endian numbers of a type.
pub(super) fn tensor(name: &str, data_type: u64, shape: &[usize], numbers: &[u8]) -> Message {
    let message = shape.iter().fold(Message::default(), |message, size| message.int(1, *size as u64));
    message.int(2, data_type).text(8, name).bytes(9, numbers)
}

/// A `NodeProto`, called as its output.
fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[Attribute<'_>]) -> Message {
    let node = inputs.iter().fold(Message::default(), |node, input| node.text(1, input)).text(2, output);
    // the places of the largest numbers, which nobody asks for, but which must have a name
    let node = if operator == "TopK" { node.text(2, &format!("{output}.places")) } else { node };
    let node = node.text(3, output).text(4, operator);
    attributes.iter().fold(node, |node, attribute| node.message(5, &attribute.message()))
}

/// A graph as far as it is written. Values go by names.
pub(super) struct Graph {
    /// [`FLOAT`] or [`DOUBLE`].
    pub(super) data_type: u64,
    /// The layer that is written: the beginning of its nodes' names.
    pub(super) layer: String,
    nodes: Vec<Message>,
    initializers: Vec<Message>,
}

impl Graph {
    pub(super) fn new(data_type: u64) -> Self {
        Self { data_type, layer: String::new(), nodes: Vec::new(), initializers: Vec::new() }
    }

    /// Adds a node, and returns the name of its output.
    pub(super) fn node(&mut self, operator: &str, inputs: &[&str], attributes: &[Attribute<'_>]) -> String {
        let name = format!("{}.{operator}.{}", self.layer, self.nodes.len());
        self.nodes.push(node(operator, inputs, &name, attributes));
        name
    }

    /// Adds a tensor that is trained.
    pub(super) fn initializer(&mut self, name: &str, shape: &[usize], numbers: &[u8]) {
        self.initializers.push(tensor(name, self.data_type, shape, numbers));
    }

    /// A constant number of the network's type.
    pub(super) fn number(&mut self, value: f64) -> String {
        self.numbers(&[], [value])
    }

    /// Constant numbers of the network's type.
    pub(super) fn numbers(&mut self, shape: &[usize], values: impl IntoIterator<Item = f64>) -> String {
        let value = tensor("", self.data_type, shape, &self.bytes(values));
        self.node("Constant", &[], &[Attribute::Tensor("value", value)])
    }

    /// As many ones where a tensor that is trained would be.
    pub(super) fn ones(&mut self, count: usize) -> String {
        self.fill("ones", count, 1.0)
    }

    /// As many zeros.
    pub(super) fn zeros(&mut self, count: usize) -> String {
        self.fill("zeros", count, 0.0)
    }

    fn fill(&mut self, name: &str, count: usize, value: f64) -> String {
        let (name, numbers) = (format!("{}.{name}", self.layer), self.bytes((0..count).map(|_| value)));
        self.initializer(&name, &[count], &numbers);
        name
    }

    #[allow(clippy::cast_possible_truncation, reason = "the nearest of the network's type")]
    fn bytes(&self, values: impl IntoIterator<Item = f64>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for value in values {
            match self.data_type {
                DOUBLE => bytes.extend(value.to_le_bytes()),
                _ => bytes.extend((value as f32).to_le_bytes()),
            }
        }
        bytes
    }

    /// Constant integers, as operators take sizes and axes.
    pub(super) fn integers(&mut self, shape: &[usize], values: &[u64]) -> String {
        let values: Vec<[u8; 8]> = values.iter().map(|value| value.to_le_bytes()).collect();
        let value = tensor("", INT64, shape, values.as_flattened());
        self.node("Constant", &[], &[Attribute::Tensor("value", value)])
    }

    /// The whole file, with `last` as the output.
    pub(super) fn into_model(mut self, name: &str, inputs: usize, last: &str, outputs: usize) -> Vec<u8> {
        self.nodes.push(node("Identity", &[last], "output", &[]));
        let graph = self.nodes.iter().fold(Message::default(), |graph, node| graph.message(1, node)).text(2, name);
        let graph = self.initializers.iter().fold(graph, |graph, tensor| graph.message(5, tensor));
        let graph = graph.message(11, &self.value("input", inputs)).message(12, &self.value("output", outputs));
        let opset = Message::default().text(1, "").int(2, OPSET);
        let model = Message::default().int(1, IR_VERSION).text(2, "typenet").text(3, env!("CARGO_PKG_VERSION"));
        model.message(7, &graph).message(8, &opset).0
    }

    /// A `ValueInfoProto` of as many samples as one likes.
    fn value(&self, name: &str, width: usize) -> Message {
        let batch = Message::default().text(2, "batch");
        let width = Message::default().int(1, width as u64);
        let shape = Message::default().message(1, &batch).message(1, &width);
        let tensor = Message::default().int(1, self.data_type).message(2, &shape);
        Message::default().text(1, name).message(2, &Message::default().message(1, &tensor))
    }
}
