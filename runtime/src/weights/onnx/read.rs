//! Weights from ONNX models, whoever wrote them.
//!
//! Nothing is kept of a file but where its parts are: each tensor is looked for when a node asks for it, so that a
//! hostile file takes no memory beyond its own size.

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
use super::model::{Found, Node, find, floats, type_name};
use super::protobuf::Fields;
use crate::error::Error;
use crate::layers::{Form, naming};
use crate::network::Network;
use crate::scalar::Scalar as _;

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

/// The network in a model: each node with weights has those of the next layer with weights.
fn loaded<N: Network>(model: &[u8]) -> Result<Box<N>, String> {
    let mut graph = None;
    for field in Fields(model) {
        if let (7, value) = field? {
            graph = Some(value.bytes()?);
        }
    }
    let graph = graph.ok_or("it is no ONNX file: there is no graph in it")?;
    let tensors = tensors(N::LAYERS);
    let mut reader = Reader {
        graph,
        network: zeroed_box::<N>(),
        tensors: &tensors,
        wanted: &tensors,
        product: None,
        negated: None,
        mirrored: None,
        used: Vec::new(),
    };
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
    /// All tensors.
    tensors: &'a [Tensor],
    /// Those that are not yet read.
    wanted: &'a [Tensor],
    /// What the last `MatMul` gave, until its bias is added.
    product: Option<&'a str>,
    /// What the last `Neg` gave, and the last `Relu` if it was of that: where Keras writes a `PReLU` as sums and
    /// products.
    negated: Option<&'a str>,
    mirrored: Option<&'a str>,
    /// The names of what has been read.
    used: Vec<&'a str>,
}

impl<'a, N: Network> Reader<'a, N> {
    fn node(&mut self, node: &Node<'a>) -> Result<(), String> {
        let [first, second, third, fourth, fifth] = node.inputs;
        match node.operator {
            "Gemm" if node.transposed_input || node.scaled => {
                let name = node.output.escape_debug();
                Err(format!("`{name}` is a `Gemm` with `transA`, `alpha` or `beta`, which is no fully connected layer"))
            }
            "Gemm" => {
                self.kernel(second, node.transposed)?;
                self.product = None;
                if third.is_empty() { Ok(()) } else { self.named(third, &["bias"]) }
            }
            "MatMul" => {
                self.kernel(second, false)?;
                self.product = Some(node.output);
                Ok(())
            }
            "Add" => match self.product.take_if(|product| *product == first || *product == second) {
                Some(product) => {
                    let added = if product == first { second } else { first };
                    if find(self.graph, added)?.is_some() { self.named(added, &["bias"]) } else { Ok(()) }
                }
                None => self.any_of(node, &["beta"]),
            },
            "Mul" if self.wants(&["alpha"]) => match self.mirrored {
                Some(mirrored) if mirrored == first => self.alpha(second, true),
                Some(mirrored) if mirrored == second => self.alpha(first, true),
                _ => Ok(()),
            },
            "Mul" => self.any_of(node, &["gamma", "scale"]),
            // what is written here for a `Normalization`, and for one with `invert = true`
            "Sub" if self.wants(&["mean"]) && !self.inverts() => self.any_of(node, &["mean"]),
            "Identity" if self.wants(&["mean"]) && self.inverts() => self.any_of(node, &["mean"]),
            "Max" if self.wants(&["variance"]) => self.any_of(node, &["variance"]),
            "PRelu" => self.alpha(second, false),
            "BatchNormalization" => {
                self.named_or(second, "gamma", 1.0)?;
                self.named_or(third, "beta", 0.0)?;
                self.named(fourth, &["moving_mean"])?;
                self.named(fifth, &["moving_variance"])
            }
            "LayerNormalization" => {
                self.named_or(second, "gamma", 1.0)?;
                if third.is_empty() { Ok(()) } else { self.named_or(third, "beta", 0.0) }
            }
            // of other tables too, such as that of the sizes of something
            "Gather" if self.wants(&["embeddings"]) => {
                let table = find(self.graph, first)?.is_some_and(|found| found.shape.len() == 2);
                if table { self.tensor(first, false) } else { Ok(()) }
            }
            "Scaler" => match self.wanted {
                [mean, ..] if mean.info.name == "mean" && self.inverts() => Err(format!(
                    "it holds a `Scaler`, which normalises, and `{}` is of a `Normalization` with `invert = true`",
                    mean.name()
                )),
                [mean, variance, rest @ ..] if [mean.info.name, variance.info.name] == ["mean", "variance"] => {
                    self.measure(mean, &floats(node.offset)?, |offset| offset)?;
                    self.measure(variance, &floats(node.scale)?, |scale| {
                        if scale > 0.0 { 1.0 / (scale * scale) } else { f64::NAN }
                    })?;
                    self.wanted = rest;
                    Ok(())
                }
                _ => {
                    Err("it holds a `Scaler`, as scikit-learn has it, and this network has no `Normalization` there"
                        .into())
                }
            },
            "Imputer"
            | "LinearClassifier"
            | "LinearRegressor"
            | "SVMClassifier"
            | "SVMRegressor"
            | "TreeEnsemble"
            | "TreeEnsembleClassifier"
            | "TreeEnsembleRegressor" => Err(format!(
                "it holds a `{}` as scikit-learn has it, whose numbers are no tensors; what is read are the weights of `Gemm`, \
                 `MatMul`, `PRelu`, `Gather` and of normalisations, such as those of an `MLPClassifier`",
                node.operator
            )),
            "Neg" => {
                self.negated = Some(node.output);
                Ok(())
            }
            "Relu" => {
                self.mirrored = Some(node.output).filter(|_| self.negated == Some(first));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Takes a tensor of a `Normalization` from the numbers of a `Scaler`. One number is that of all.
    fn measure(&mut self, tensor: &Tensor, numbers: &[f32], of: impl Fn(f64) -> f64) -> Result<(), String> {
        let (want, have) = (tensor.range.len(), numbers.len());
        if have != want && have != 1 {
            return Err(format!("its `Scaler` should have {want} numbers for `{}`, but has {have}", tensor.name()));
        }
        for (to, number) in self.network.as_flat_mut()[tensor.range.clone()].iter_mut().zip(numbers.iter().cycle()) {
            *to = N::Scalar::from_f64(of(f64::from(*number)));
            if !to.finite() {
                return Err(format!("its `Scaler` has {number} for `{}`, of which it is made", tensor.name()));
            }
        }
        Ok(())
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

    /// Whether the tensor that is wanted next is called one of these.
    fn wants(&self, names: &[&str]) -> bool {
        self.wanted.first().is_some_and(|tensor| names.contains(&tensor.info.name))
    }

    /// Whether the tensor that is wanted next is one of a `Normalization` that goes the way back.
    fn inverts(&self) -> bool {
        let mut forms =
            naming::all(N::LAYERS).flat_map(|(_, layer)| layer.tensors.iter().map(|_| layer.form.innermost()));
        forms.nth(self.tensors.len() - self.wanted.len()) == Some(Form::OfNormalization { invert: true })
    }

    /// Reads a tensor, which must be called one of these.
    fn named(&mut self, name: &'a str, ours: &[&str]) -> Result<(), String> {
        if self.wants(ours) { self.tensor(name, false) } else { Err(surplus(name)) }
    }

    /// Reads the one that is kept in the model of what a sum or a product is of, if one called so is wanted. Single
    /// numbers are those of activations.
    fn any_of(&mut self, node: &Node<'a>, ours: &[&str]) -> Result<(), String> {
        let [first, second, ..] = node.inputs;
        for name in [first, second] {
            if self.wants(ours) && find(self.graph, name)?.is_some_and(|found| !found.shape.is_empty()) {
                return self.tensor(name, false);
            }
        }
        Ok(())
    }

    /// Reads a tensor called so; where none is wanted, it must be all this value.
    fn named_or(&mut self, name: &'a str, ours: &str, value: f32) -> Result<(), String> {
        if self.wants(&[ours]) {
            return self.tensor(name, false);
        }
        let same = |found: &Found<'_>| match found.data_type {
            DOUBLE => found.numbers.chunks(8).all(|bytes| *bytes == f64::from(value).to_le_bytes()),
            _ => found.numbers.chunks(4).all(|bytes| *bytes == value.to_le_bytes()),
        };
        if !find(self.graph, name)?.is_some_and(|found| !found.numbers.is_empty() && same(&found)) {
            return Err(surplus(name));
        }
        self.used.push(name);
        Ok(())
    }

    /// Reads the slopes of a rectifier, or with `negated` their negatives. One slope is that of all.
    fn alpha(&mut self, name: &'a str, negated: bool) -> Result<(), String> {
        let Some(tensor) = self.wanted.first().filter(|tensor| tensor.info.name == "alpha") else {
            return Err(surplus(name));
        };
        self.tensor(name, false)?;
        if negated {
            for number in &mut self.network.as_flat_mut()[tensor.range.clone()] {
                *number = -*number;
            }
        }
        Ok(())
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
        let single = tensor.info.name == "alpha" && found.shape.iter().all(|size| *size == 1);
        let same = single || found.shape == shape || (shape.len() == 1 && found.shape == [1, shape[0]]);
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
        let count = if single { 1 } else { tensor.range.len() };
        let bytes = count * if expected == DOUBLE { size_of::<f64>() } else { size_of::<f32>() };
        if found.numbers.len() != bytes {
            let have = found.numbers.len();
            return Err(format!("tensor `{shown}` should have {bytes} bytes of numbers, but has {have}"));
        }
        let place = Place { name: shown.to_string(), transposed, may_be_one: false };
        let numbers = &mut self.network.as_flat_mut()[tensor.range.clone()];
        match expected {
            DOUBLE => fill(numbers, found.numbers, &place, tensor.info.shape, f64::from_le_bytes),
            _ => fill(numbers, found.numbers, &place, tensor.info.shape, |bytes| f64::from(f32::from_le_bytes(bytes))),
        }?;
        if single {
            let slope = numbers[0];
            numbers.fill(slope);
        }
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
