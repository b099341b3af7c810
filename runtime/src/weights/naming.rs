//! Which tensor of a file belongs to which of a network.

use core::ops::Range;
use std::collections::{HashMap, HashSet};
use std::format;
use std::string::{String, ToString as _};
use std::vec::Vec;

use safetensors::tensor::TensorInfo as FileTensor;

use crate::layers::{LayerInfo, TensorInfo, naming};

/// A tensor of a network.
pub(super) struct Tensor {
    /// Labels of the layers that it is in: `dense`, `tower.3.inner`.
    module: String,
    /// Its name in the layer, and its shape.
    pub(super) info: &'static TensorInfo,
    /// Its place in the flat parameters.
    pub(super) range: Range<usize>,
}

impl Tensor {
    /// Its name in files, as Keras's: `dense.kernel`.
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.module, self.info.name)
    }
}

/// All tensors in the order in which they lie in memory.
pub(super) fn tensors(layers: &'static [LayerInfo]) -> Vec<Tensor> {
    let mut start = 0;
    let tensors = naming::all(layers).flat_map(|(path, layer)| layer.tensors.iter().map(move |info| (path, info)));
    let tensors = tensors.map(|(path, info)| {
        let range = start..start + info.shape.iter().product::<usize>();
        start = range.end;
        Tensor { module: path.to_string(), info, range }
    });
    tensors.collect()
}

/// What a tensor of a network is called in a file, and how it lies there.
pub(super) struct Place {
    pub(super) name: String,
    /// As PyTorch's `weight` (outputs, inputs), where Keras's `kernel` is (inputs, outputs).
    pub(super) transposed: bool,
    /// As PyTorch's `PReLU` may have one slope, where Keras's has one for each number.
    pub(super) may_be_one: bool,
}

impl Place {
    fn new(module: &str, info: &TensorInfo, torch: bool) -> Self {
        let transposed = torch && info.name == "kernel" && info.shape.len() == 2;
        let name = match info.name {
            "kernel" if transposed => "weight",
            "gamma" | "scale" | "alpha" if torch => "weight",
            "beta" if torch => "bias",
            name => name,
        };
        Self { name: format!("{module}.{name}"), transposed, may_be_one: torch && info.name == "alpha" }
    }

    /// Whether one number in the file is that of all in the tensor.
    pub(super) fn takes_one(&self, tensor: &Tensor, found: &FileTensor) -> bool {
        self.may_be_one && found.shape == [1] && !tensor.range.is_empty()
    }
}

/// The place of each of `tensors` in a file.
///
/// Names are Keras's or PyTorch's. Modules are those of the labels; or there are as many as layers with parameters, and
/// their names differ in numbers alone, which tell the order: `0`, `2`, as in PyTorch's `Sequential`, `dense_3`,
/// `dense_4` as in Keras.
pub(super) fn places(tensors: &[Tensor], file: &[(String, FileTensor)]) -> Vec<Place> {
    let names: HashSet<&str> = file.iter().map(|(name, _)| name.as_str()).collect();
    let any = |suffix: &str| names.iter().any(|name| name.ends_with(suffix));
    let torch = any(".weight") && !any(".kernel");
    let by_label =
        |torch| -> Vec<_> { tensors.iter().map(|tensor| Place::new(&tensor.module, tensor.info, torch)).collect() };
    // a layer of one's own may call a tensor `weight` too
    for places in [by_label(false), by_label(torch)] {
        if places.iter().all(|place| names.contains(place.name.as_str())) {
            return places;
        }
    }
    let mut labels: Vec<&str> = tensors.iter().map(|tensor| tensor.module.as_str()).collect();
    labels.dedup();
    let modules: HashSet<&str> = names.iter().filter_map(|name| Some(name.rsplit_once('.')?.0)).collect();
    match numbered(modules.into_iter().collect()) {
        Some(modules) if modules.len() == labels.len() => {
            let modules: HashMap<_, _> = labels.into_iter().zip(modules).collect();
            let by_number = tensors.iter().map(|tensor| {
                Place::new(modules.get(tensor.module.as_str()).copied().unwrap_or_default(), tensor.info, torch)
            });
            by_number.collect()
        }
        _ => by_label(torch),
    }
}

/// One name between points, without the number at its end, and that number: `dense_3` is `dense` and 3.
fn part(name: &str) -> (&str, Option<u64>) {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name[stem.len()..].parse().ok();
    (if number.is_some() { stem.trim_end_matches('_') } else { name }, number)
}

/// The names of modules in the order of the numbers in them, if nothing but these tells any two of them apart.
fn numbered(modules: Vec<&str>) -> Option<Vec<&str>> {
    let mut keyed: Vec<(Vec<_>, &str)> =
        modules.into_iter().map(|module| (module.split('.').map(part).collect(), module)).collect();
    keyed.sort();
    // if any two were different in words, two neighbours would be
    let by_number = keyed.windows(2).all(|pair| {
        let differ = pair[0].0.iter().zip(&pair[1].0).find(|(a, b)| a != b);
        differ.is_some_and(|((a, m), (b, n))| a == b && m != n)
    });
    by_number.then(|| keyed.into_iter().map(|(_, module)| module).collect())
}

/// How many names a message tells.
const TOLD: usize = 8;

/// The names of a file's tensors for a message, not more than a person reads.
pub(super) fn told(file: &[(String, FileTensor)]) -> String {
    let mut names: Vec<_> = file.iter().map(|(name, _)| format!("`{}`", name.escape_debug())).collect();
    names.sort();
    match names.len().checked_sub(TOLD) {
        None | Some(0) if names.is_empty() => "nor any other".to_string(),
        None | Some(0) => format!("only {}", names.join(", ")),
        Some(more) => format!("only {} and {more} more", names[..TOLD].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::numbered;

    #[test]
    fn numbers_tell_the_order() {
        assert_eq!(numbered(vec!["10", "2", "0"]), Some(vec!["0", "2", "10"]));
        assert_eq!(numbered(vec!["dense_2", "dense", "dense_10"]), Some(vec!["dense", "dense_2", "dense_10"]));
        assert_eq!(numbered(vec!["net.2", "net.0.4", "net.0.2"]), Some(vec!["net.0.2", "net.0.4", "net.2"]));
        assert_eq!(numbered(vec!["only"]), Some(vec!["only"]));
    }

    #[test]
    fn words_do_not() {
        // which comes first, the encoder or the head?
        assert_eq!(numbered(vec!["head", "encoder"]), None);
        assert_eq!(numbered(vec!["fc1", "fc2", "out"]), None);
        assert_eq!(numbered(vec!["block", "block.0"]), None);
        // the same number, written differently
        assert_eq!(numbered(vec!["fc1", "fc01"]), None);
        assert_eq!(numbered(vec!["fc1", "fc_1"]), None);
    }
}
