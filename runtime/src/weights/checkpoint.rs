//! The file of a training that can go on: copies of the network's numbers, those of the callbacks, and lines of text.

use core::mem;
use std::path::Path;
use std::string::String;
use std::vec::Vec;
use std::{format, io, vec};

use bytemuck::{cast_slice, cast_slice_mut};
use safetensors::Dtype;
use safetensors::tensor::TensorInfo;

use super::about::{About, KEY, checksum, declaration};
use super::file::{Fault, Weights, replace};
use super::naming::{tensors, told};
use super::{header, info};
use crate::error::Error;
use crate::summary::Summary;

/// The names of the tensors with the callbacks' numbers, and with the text, which is too long for a header.
const CALLBACKS: &str = "callbacks";
const TRAINING: &str = "training";

/// What stands in a checkpoint. It knows no types, so that it is compiled once, not for every network.
pub(crate) struct Checkpoint {
    /// Lines of text.
    pub(crate) text: String,
    /// Copies of the network's numbers one after the other, as bytes: parameters, slots and the like.
    pub(crate) numbers: Vec<u8>,
    /// What the callbacks remember.
    pub(crate) callbacks: Vec<f64>,
}

/// The tensors of a checkpoint with these copies, in order: the callbacks' numbers, the copies, the text.
fn infos(network: &Summary, callbacks: usize, copies: &[String], text: usize) -> Vec<(String, TensorInfo)> {
    let tensors = tensors(network.layers);
    let mut start = callbacks * size_of::<f64>();
    let mut infos =
        vec![(CALLBACKS.into(), TensorInfo { dtype: Dtype::F64, shape: vec![callbacks], data_offsets: (0, start) })];
    for copy in copies {
        infos.extend(tensors.iter().map(|tensor| info(network.scalar, tensor, &format!("{copy}."), start)));
        start = infos.last().map_or(start, |(_, info)| info.data_offsets.1);
    }
    let data_offsets = (start, start.saturating_add(text));
    infos.push((TRAINING.into(), TensorInfo { dtype: Dtype::U8, shape: vec![text], data_offsets }));
    infos
}

/// How long the tensor of this name is, one of the first or the last of a file.
fn length(tensor: Option<&(String, TensorInfo)>, name: &str, dtype: Dtype) -> Result<usize, String> {
    match tensor {
        Some((found, info)) if found == name && info.dtype == dtype => Ok(info.shape.iter().product()),
        _ => Err(format!("it is no checkpoint: there is no tensor `{name}`")),
    }
}

impl Checkpoint {
    /// Puts the checkpoint, with the names of its copies, in the place of the file.
    pub(crate) fn write(&self, network: &Summary, path: &Path, copies: &[String]) -> Result<(), Error> {
        let failed = |source| Error::File { action: "write", path: path.to_path_buf(), source };
        let about = format!("version: {}\nnetwork: {}", env!("CARGO_PKG_VERSION"), declaration(network));
        let (callbacks, numbers, text) = (cast_slice(&self.callbacks), &*self.numbers, self.text.as_bytes());
        let checksum = checksum(&[about.as_bytes(), callbacks, numbers, text]);
        let infos = infos(network, self.callbacks.len(), copies, text.len());
        let head = header(infos, format!("{about}\nchecksum: {checksum}")).map_err(failed)?;
        replace(path, &[&head, callbacks, numbers, text]).map_err(failed)
    }

    /// Reads the checkpoint, if there is one, and checks that it is a whole one of this network. What its text must say
    /// is looked at by `check`.
    pub(crate) fn read(
        network: &Summary,
        path: &Path,
        copies: &[String],
        check: &mut dyn FnMut(&str) -> Result<(), String>,
    ) -> Result<Option<Self>, Error> {
        match Self::found(network, path, copies, check) {
            Ok(checkpoint) => Ok(Some(checkpoint)),
            Err(Fault::System(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault.of_training(path)),
        }
    }

    fn found(
        network: &Summary,
        path: &Path,
        copies: &[String],
        check: &mut dyn FnMut(&str) -> Result<(), String>,
    ) -> Result<Self, Fault> {
        let mut file = Weights::open(path)?;
        let about = file.metadata.remove(KEY).unwrap_or_default();
        About::parse(&about).check_layers(network)?;
        let tensors = mem::take(&mut file.tensors);
        let callbacks = length(tensors.first(), CALLBACKS, Dtype::F64)?;
        let text = length(tensors.last(), TRAINING, Dtype::U8)?;
        let bytes = file.read()?;
        let (about, expected) = about.rsplit_once("\nchecksum: ").unwrap_or((&about, "none"));
        let checksum = checksum(&[about.as_bytes(), &bytes]);
        if checksum != expected {
            let expected = expected.escape_debug();
            let reason = format!("its checksum should be `{expected}`, but is `{checksum}`");
            return Err(format!("it has changed since it was written: {reason}").into());
        }
        // the tensors follow each other without a gap, and these two are the first and the last
        let (of_callbacks, rest) = bytes.split_at(callbacks * size_of::<f64>());
        let (of_network, text_bytes) = rest.split_at(rest.len() - text);
        let text_of = str::from_utf8(text_bytes).map_err(|error| format!("its text cannot be read: {error}"))?;
        check(text_of)?;
        same(&infos(network, callbacks, copies, text), &tensors)?;
        let mut callbacks = vec![0.0; callbacks];
        cast_slice_mut(&mut callbacks).copy_from_slice(of_callbacks);
        Ok(Self { text: text_of.into(), numbers: of_network.into(), callbacks })
    }
}

/// Whether these are the tensors that were expected.
fn same(expected: &[(String, TensorInfo)], found: &[(String, TensorInfo)]) -> Result<(), String> {
    for (name, info) in expected {
        let Some((_, have)) = found.iter().find(|(found, _)| found == name) else {
            return Err(format!("there is no tensor `{name}`, {}", told(found)));
        };
        let text = |info: &TensorInfo| format!("{:?} {:?} at {:?}", info.dtype, info.shape, info.data_offsets);
        if text(have) != text(info) {
            return Err(format!("tensor `{name}` should be {}, but is {}", text(info), text(have)));
        }
    }
    if found.len() > expected.len() {
        return Err("it holds tensors that this training does not have".into());
    }
    Ok(())
}
