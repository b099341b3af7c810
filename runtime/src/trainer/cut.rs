//! Where the parameters of a network can be cut, so that threads complete the gradient of a part each.

use crate::layers::dense::UNROLL;
use crate::layers::{Form, LayerInfo};

/// A place near `place` where the parameters of these layers can be cut: between two layers, or within a large
/// [`Dense`](crate::layers::Dense) layer after every sixteenth row of its kernel. However long the
/// blocks are that rows are summed in, and where a block begins: no number is summed in another way than without the cut.
pub(super) fn near(layers: &[LayerInfo], place: usize) -> usize {
    let mut start = 0;
    for layer in layers {
        if place < start + layer.parameters {
            return start + within(layer, place - start);
        }
        start += layer.parameters;
    }
    start
}

/// The same within one layer, or several copies of it.
fn within(layer: &LayerInfo, place: usize) -> usize {
    let one = layer.parameters / layer.copies.max(1);
    let (copies, place) = (place / one.max(1) * one, place % one.max(1));
    let own = layer.tensors.iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum::<usize>();
    copies
        + match layer.tensors {
            _ if place >= own => own + near(layer.layers, place - own),
            [kernel, ..] if layer.form.innermost() == Form::OfDense => {
                rows(kernel.shape, place).unwrap_or_else(|| edge(own, place))
            }
            _ => edge(own, place),
        }
}

/// A number of rows of a large kernel.
fn rows(shape: &[usize], place: usize) -> Option<usize> {
    const BLOCK: usize = 16;
    let &[inputs, outputs] = shape else { return None };
    let blocks = (place / outputs.max(1) + BLOCK / 2) / BLOCK;
    (inputs * outputs > UNROLL).then_some((blocks * BLOCK).min(inputs) * outputs)
}

/// The nearer end of what cannot be cut.
const fn edge(size: usize, place: usize) -> usize {
    if 2 * place < size { 0 } else { size }
}

#[cfg(test)]
mod tests {
    use super::near;
    use crate::prelude::*;

    network! {
        Plain = Dense(40 -> 30, relu), Dense(30 -> 2, relu), Dense(2 -> 5);
        Inner = LayerNormalization(20), Dense(20 -> 20, tanh);
        Nested = Dense(3 -> 20), [Inner(20 -> 20); 3], Residual(Dense(20 -> 20)), [Residual(Dense(20 -> 20)); 2]
    }

    #[test]
    fn cuts_are_between_blocks_of_rows() {
        let plain = |place| near(Plain::LAYERS, place);
        let kernel = 40 * 30;
        for (place, cut) in [
            (0, 0),
            (7 * 30 + 29, 0),
            (8 * 30, 16 * 30),
            (23 * 30, 16 * 30),
            (24 * 30, 32 * 30),
            (kernel - 1, 32 * 30),
            (kernel + 29, kernel),
            // a small layer is one piece
            (kernel + 30 + 10, kernel + 30),
            (kernel + 30 + 40, kernel + 30 + 62),
            (Plain::PARAMETERS, Plain::PARAMETERS),
            (usize::MAX, Plain::PARAMETERS),
        ] {
            assert_eq!(plain(place), cut, "at {place}");
        }
    }

    #[test]
    fn layers_within_layers_are_cut_where_they_are_alone() {
        let first = 3 * 20 + 20;
        let inner = Inner::PARAMETERS;
        assert_eq!(inner, 40 + 420);
        let after = first + 3 * inner;
        for (place, cut) in [
            (first + 2 * inner + 5, first + 2 * inner),
            (first + 2 * inner + 30, first + 2 * inner + 40),
            (first + inner + 40 + 15 * 20, first + inner + 40 + 16 * 20),
            (after + 15 * 20, after + 16 * 20),
            (after + 420 + 15 * 20, after + 420 + 16 * 20),
            (after + 2 * 420 + 419, after + 2 * 420 + 16 * 20),
        ] {
            assert_eq!(near(Nested::LAYERS, place), cut, "at {place}");
        }
    }
}
