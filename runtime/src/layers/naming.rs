//! Where a layer stands in a network: what the tensors in files are called after.
//!
//! These are constant functions, since files are read while the compiler evaluates constants, too.

use core::fmt;
use core::ops::Range;

use super::LayerInfo;

/// The way down to layer `index` of some layers and of those within them, counted in the order in which their
/// parameters lie in memory: each before those within it, each copy for itself. Displayed it is the labels: `dense`,
/// `tower.3.inner`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path {
    layers: &'static [LayerInfo],
    /// `None` once the layer is reached.
    index: Option<usize>,
}

/// One label of a path, with the number of the copy where there are several.
pub(crate) struct Step {
    layer: &'static LayerInfo,
    pub(crate) copy: Option<usize>,
}

impl Step {
    pub(crate) const fn label(&self) -> &'static str {
        self.layer.label
    }
}

impl Path {
    pub(crate) const fn new(layers: &'static [LayerInfo], index: usize) -> Self {
        Self { layers, index: Some(index) }
    }

    /// Whether it is at its end.
    pub(crate) const fn is_done(&self) -> bool {
        self.index.is_none()
    }

    /// Goes one layer deeper; `None` at the end, and behind the last layer.
    pub(crate) const fn step(&mut self) -> Option<Step> {
        let Some(mut index) = self.index else { return None };
        let mut layers = self.layers;
        while let Some((layer, others)) = layers.split_first() {
            let each = 1 + count(layer.layers);
            let copy = index / each;
            if copy < layer.copies {
                *self = Self { layers: layer.layers, index: (index % each).checked_sub(1) };
                return Some(Step { layer, copy: if layer.copies == 1 { None } else { Some(copy) } });
            }
            index -= each * layer.copies;
            layers = others;
        }
        None
    }

    /// Whether it leads to or through a layer with this label.
    pub(crate) fn passes(mut self, label: &str) -> bool {
        while let Some(step) = self.step() {
            if step.label() == label {
                return true;
            }
        }
        false
    }

    /// The layer that it leads to; `None` behind the last.
    pub(crate) const fn layer(mut self) -> Option<&'static LayerInfo> {
        let mut layer = None;
        while let Some(step) = self.step() {
            layer = Some(step.layer);
        }
        layer
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = *self;
        while let Some(step) = path.step() {
            f.write_str(step.label())?;
            if let Some(copy) = step.copy {
                write!(f, ".{copy}")?;
            }
            if !path.is_done() {
                f.write_str(".")?;
            }
        }
        Ok(())
    }
}

/// A tensor of a network.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// Of the layer that has it.
    pub(crate) path: Path,
    /// Within the layer; empty where the layer names no tensors.
    pub(crate) name: &'static str,
    /// As in [`TensorInfo`](super::TensorInfo); empty where the layer names none.
    pub(crate) shape: &'static [usize],
    /// Where its numbers lie.
    pub(crate) range: Range<usize>,
}

/// Each tensor. The numbers of a layer that names no tensors are one.
pub(crate) fn variables(layers: &'static [LayerInfo]) -> impl Iterator<Item = Variable> {
    let each = all(layers).flat_map(|(path, layer)| {
        let unnamed = layer.tensors.is_empty() && layer.layers.is_empty() && layer.parameters > 0;
        let tensors = layer.tensors.iter().map(|tensor| (tensor.name, tensor.shape, tensor.shape.iter().product()));
        let unnamed = unnamed.then(|| ("", &[][..], layer.parameters / layer.copies.max(1)));
        tensors.chain(unnamed).map(move |(name, shape, length)| (path, name, shape, length))
    });
    each.scan(0, |end, (path, name, shape, length)| {
        let start = *end;
        *end += length;
        Some(Variable { path, name, shape, range: start..*end })
    })
}

/// How many layers there are, with those within them.
const fn count(mut layers: &[LayerInfo]) -> usize {
    let mut sum = 0;
    while let Some((layer, others)) = layers.split_first() {
        sum += layer.copies * (1 + count(layer.layers));
        layers = others;
    }
    sum
}

/// The layers and the ways to them, one after the other.
pub(crate) fn all(layers: &'static [LayerInfo]) -> impl Iterator<Item = (Path, &'static LayerInfo)> {
    (0..).map_while(move |index| {
        let path = Path::new(layers, index);
        Some((path, path.layer()?))
    })
}
