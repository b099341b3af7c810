//! Networks for other runtimes, and weights from them.

mod activations;
mod graph;
mod layers;
mod model;
mod protobuf;
mod read;

use std::format;
use std::io;
use std::path::Path;
use std::slice::Iter;
use std::string::{String, ToString as _};
use std::vec::Vec;

use bytemuck::cast_slice;

use self::activations::activation;
use self::graph::{Attribute, DOUBLE, FLOAT, Graph, LAST};
use self::layers::layer;
pub(crate) use self::read::load;
use super::naming::{Tensor, tensors};
use super::{not_finite, replace};
use crate::error::Error;
use crate::layers::{Form, LayerInfo};
use crate::network::Network;
use crate::scalar::Scalar;

fn data_type<N: Network>() -> u64 {
    if N::Scalar::NAME == "f64" { DOUBLE } else { FLOAT }
}

pub(crate) fn save<N: Network>(network: &N, path: &Path) -> Result<(), Error> {
    let failed = |source| Error::File { action: "write", path: path.to_path_buf(), source };
    let bytes = model(network).map_err(|fault| failed(io::Error::new(io::ErrorKind::InvalidData, fault)))?;
    replace(path, &[&bytes]).map_err(failed)
}

/// The file, or why it cannot be.
fn model<N: Network>(network: &N) -> Result<Vec<u8>, String> {
    let tensors = tensors(N::LAYERS);
    if let Some(fault) = not_finite(network, &tensors) {
        return Err(fault);
    }
    let mut writer = Writer { graph: Graph::new(data_type::<N>()), tensors: tensors.iter(), network };
    let last = writer.layers("", N::LAYERS, "input".to_string())?;
    Ok(writer.graph.into_model(N::NAME, N::INPUTS, &last, N::OUTPUTS))
}

/// Writes layers in the order in which samples go through them, which is that of their tensors in memory.
struct Writer<'a, N> {
    graph: Graph,
    /// Those that are not yet written.
    tensors: Iter<'a, Tensor>,
    network: &'a N,
}

impl<N: Network> Writer<'_, N> {
    /// Writes some layers, into which the value `x` goes, and returns what comes out.
    fn layers(&mut self, prefix: &str, layers: &[LayerInfo], x: String) -> Result<String, String> {
        layers.iter().try_fold(x, |x, layer| self.layer(&format!("{prefix}{}", layer.label), layer, &layer.form, x))
    }

    fn layer(&mut self, name: &str, info: &LayerInfo, form: &Form, x: String) -> Result<String, String> {
        match form {
            Form::OfBlock => return self.layers(&format!("{name}."), info.layers, x),
            Form::OfResidual { layer } => {
                let y = self.layer(name, info, layer, x.clone())?;
                name.clone_into(&mut self.graph.layer);
                return Ok(self.graph.node("Add", &[&x, &y], &[]));
            }
            Form::OfConcatenate => {
                let branches = info.layers.iter();
                let branches = branches
                    .map(|branch| self.layer(&format!("{name}.{}", branch.label), branch, &branch.form, x.clone()));
                let branches = branches.collect::<Result<Vec<_>, _>>()?;
                let branches: Vec<&str> = branches.iter().map(String::as_str).collect();
                name.clone_into(&mut self.graph.layer);
                return Ok(self.graph.node("Concat", &branches, &[Attribute::Int("axis", LAST)]));
            }
            Form::OfRepeat { layer, copies: 1 } => return self.layer(name, info, layer, x),
            Form::OfRepeat { layer, copies } => {
                return (0..*copies).try_fold(x, |x, copy| self.layer(&format!("{name}.{copy}"), info, layer, x));
            }
            _ => {}
        }
        name.clone_into(&mut self.graph.layer);
        let tensors: Vec<String> = self
            .tensors
            .by_ref()
            .take(info.tensors.len())
            .map(|tensor| {
                let numbers = &self.network.as_flat()[tensor.range.clone()];
                self.graph.initializer(&tensor.name(), tensor.info.shape, cast_slice(numbers));
                tensor.name()
            })
            .collect();
        let x = layer(&mut self.graph, info, form, x, &tensors)
            .ok_or_else(|| format!("layer `{name}` is a `{}`, which ONNX does not have", info.kind))?;
        activation(&mut self.graph, info.activation, &x, info.outputs).ok_or_else(|| {
            format!("the activation of layer `{name}` is `{}`, which ONNX does not have", info.activation)
        })
    }
}
