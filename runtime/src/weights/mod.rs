//! Files of weights, in the safetensors format: <https://github.com/huggingface/safetensors>.

use std::boxed::Box;
use std::collections::HashMap;
use std::format;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::string::String;
use std::vec::Vec;

use bytemuck::{cast_slice, zeroed_box};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::error::Error;
use crate::layers::{LayerInfo, TensorInfo};
use crate::network::Network;
use crate::scalar::Scalar;

#[cfg(target_endian = "big")]
compile_error!("feature `safetensors` of typenet is for little-endian machines, as the format is little-endian");

/// The key of the file's metadata under which typenet says what it is.
const KEY: &str = "typenet";

/// The names of all tensors with what is known of them and their place in the flat parameters.
fn tensors<N: Network>() -> impl Iterator<Item = (String, &'static TensorInfo, core::ops::Range<usize>)> {
    let mut named = Vec::new();
    name("", N::LAYERS, &mut named);
    let mut start = 0;
    named.into_iter().map(move |(name, tensor)| {
        let range = start..start + tensor.shape.iter().product::<usize>();
        start = range.end;
        (name, tensor, range)
    })
}

/// Names the tensors of some layers and of those within them: `label.kernel`, `label.3.inner.kernel`.
fn name(prefix: &str, layers: &'static [LayerInfo], named: &mut Vec<(String, &'static TensorInfo)>) {
    for layer in layers {
        for copy in 0..layer.copies {
            let label = layer.label;
            let place =
                if layer.copies == 1 { format!("{prefix}{label}.") } else { format!("{prefix}{label}.{copy}.") };
            named.extend(layer.tensors.iter().map(|tensor| (format!("{place}{}", tensor.name), tensor)));
            name(&place, layer.layers, named);
        }
    }
}

fn dtype<N: Network>() -> Dtype {
    if N::Scalar::NAME == "f64" { Dtype::F64 } else { Dtype::F32 }
}

/// One line that says what the network is.
fn architecture<N: Network>() -> String {
    format!("{}: {} = {}", N::NAME, N::Scalar::NAME, listed(N::LAYERS))
}

/// Layers and those within them, as they might be declared.
fn listed(layers: &[LayerInfo]) -> String {
    let layers = layers.iter().map(|layer| {
        let LayerInfo { kind, inputs, outputs, activation, copies, layers, .. } = layer;
        let layer = match layers {
            [] => format!("{kind}({inputs} -> {outputs}, {activation})"),
            layers => format!("{kind}({})", listed(layers)),
        };
        if *copies == 1 { layer } else { format!("[{layer}; {copies}]") }
    });
    layers.collect::<Vec<_>>().join(", ")
}

pub(crate) fn save<N: Network>(network: &N, path: &Path) -> Result<(), Error> {
    let failed = |source| Error::File { action: "write", path: path.to_path_buf(), source };
    let numbers = network.as_flat();
    let views: Result<Vec<_>, _> = tensors::<N>()
        .map(|(name, tensor, range)| {
            let bytes = cast_slice(&numbers[range]);
            TensorView::new(dtype::<N>(), tensor.shape.to_vec(), bytes).map(|view| (name, view))
        })
        .collect();
    // one key, so that the same network gives the same bytes
    let about = HashMap::from([(String::from(KEY), architecture::<N>())]);
    let bytes = views
        .and_then(|views| safetensors::serialize(views, Some(about)))
        .map_err(|error| failed(io::Error::other(error)))?;
    replace(path, &bytes).map_err(failed)
}

/// Puts `bytes` in the place of the file, whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if path.file_name().is_none() || path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a directory"));
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // as any other new file; the default of temporary files is that nobody else may read them
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // the new name is durable once the directory is
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// The bytes of a file. A device or a pipe has no end that is known beforehand, so it is refused unread.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let about = fs::metadata(path)?;
    if about.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "this is a directory"));
    }
    if !about.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is a device or a pipe, not a file"));
    }
    fs::read(path)
}

pub(crate) fn load<N: Network>(network: &mut N, path: &Path) -> Result<(), Error> {
    let bytes = read(path).map_err(|source| Error::File { action: "read", path: path.to_path_buf(), source })?;
    let wrong = |reason: String| Error::Weights { path: path.to_path_buf(), reason };
    let file =
        SafeTensors::deserialize(&bytes).map_err(|error| wrong(format!("it is no safetensors file: {error}")))?;
    let mut loaded: Box<N> = zeroed_box();
    let mut expected = Vec::new();
    for (name, tensor, range) in tensors::<N>() {
        let Ok(found) = file.tensor(&name) else {
            let names = file.names().join("`, `");
            return Err(wrong(format!("there is no tensor `{name}`, only `{names}`")));
        };
        if found.dtype() != dtype::<N>() || found.shape() != tensor.shape {
            let (want, have) = (dtype::<N>(), found.dtype());
            let (shape, found) = (tensor.shape, found.shape());
            return Err(wrong(format!("tensor `{name}` should be {want:?} {shape:?}, but is {have:?} {found:?}")));
        }
        let numbers = &mut loaded.as_flat_mut()[range];
        for (index, (number, bytes)) in
            numbers.iter_mut().zip(found.data().chunks_exact(size_of::<N::Scalar>())).enumerate()
        {
            *number = bytemuck::pod_read_unaligned(bytes);
            if !number.finite() {
                return Err(wrong(format!("number {index} of tensor `{name}` is {number}")));
            }
        }
        expected.push(name);
    }
    if let Some(extra) = file.names().into_iter().find(|name| !expected.iter().any(|expected| expected == name)) {
        return Err(wrong(format!("there is a tensor `{extra}`, which this network does not have")));
    }
    network.as_flat_mut().copy_from_slice(loaded.as_flat());
    Ok(())
}
