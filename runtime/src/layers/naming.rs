//! Where a layer stands in a network: what the tensors in files are called after.

use core::fmt;
use core::ops::Range;

use super::LayerInfo;

/// How deep networks may lie within networks.
const DEPTH: usize = 16;

/// The labels down to a layer: `dense`, `tower.3.inner`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path {
    /// Each with the number of the copy where there are several.
    labels: [(&'static str, Option<usize>); DEPTH],
    depth: usize,
}

impl Path {
    pub(crate) const fn labels(&self) -> &[(&'static str, Option<usize>)] {
        self.labels.split_at(self.depth).0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (label, copy)) in self.labels().iter().enumerate() {
            let point = if index == 0 { "" } else { "." };
            write!(f, "{point}{label}")?;
            if let Some(copy) = copy {
                write!(f, ".{copy}")?;
            }
        }
        Ok(())
    }
}

/// Layer `index` of some layers and of those within them, in the order in which their parameters lie in memory: each
/// before those within it, each copy for itself. `None` behind the last.
///
/// It is a constant function, since files are read while the compiler evaluates constants, too.
pub(crate) const fn nth(mut layers: &'static [LayerInfo], mut index: usize) -> Option<(Path, &'static LayerInfo)> {
    let mut path = Path { labels: [("", None); DEPTH], depth: 0 };
    while let Some((layer, others)) = layers.split_first() {
        let each = 1 + count(layer.layers);
        let copy = index / each;
        if copy >= layer.copies {
            index -= each * layer.copies;
            layers = others;
            continue;
        }
        if path.depth == DEPTH {
            return None;
        }
        path.labels[path.depth] = (layer.label, if layer.copies == 1 { None } else { Some(copy) });
        path.depth += 1;
        index %= each;
        if index == 0 {
            return Some((path, layer));
        }
        index -= 1;
        layers = layer.layers;
    }
    None
}

/// Where the numbers of each tensor lie. Those of a layer that names no tensors are one.
pub(crate) fn variables(layers: &'static [LayerInfo]) -> impl Iterator<Item = Range<usize>> {
    let layers = (0..).map_while(move |index| nth(layers, index));
    let lengths = layers.flat_map(|(_, layer)| {
        let unnamed = layer.tensors.is_empty() && layer.layers.is_empty() && layer.parameters > 0;
        let tensors = layer.tensors.iter().map(|tensor| tensor.shape.iter().product::<usize>());
        tensors.chain(unnamed.then(|| layer.parameters / layer.copies.max(1)))
    });
    lengths.scan(0, |end, length| {
        let start = *end;
        *end += length;
        Some(start..*end)
    })
}

/// How many layers [`nth`] finds.
const fn count(mut layers: &[LayerInfo]) -> usize {
    let mut sum = 0;
    while let Some((layer, others)) = layers.split_first() {
        sum += layer.copies * (1 + count(layer.layers));
        layers = others;
    }
    sum
}

/// Whether [`nth`] can name all of them.
pub(crate) const fn can_be_named(layers: &[LayerInfo]) -> bool {
    depth(layers) <= DEPTH
}

const fn depth(mut layers: &[LayerInfo]) -> usize {
    let mut deepest = 0;
    while let Some((layer, others)) = layers.split_first() {
        let depth = 1 + depth(layer.layers);
        deepest = if depth > deepest { depth } else { deepest };
        layers = others;
    }
    deepest
}
