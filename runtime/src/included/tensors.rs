//! The tensors that a network wants of a file.

use super::text::Text;
use crate::flat::Flat;
use crate::layers::LayerInfo;
use crate::layers::naming::Path;
use crate::network::Network;
use crate::quantized::{Layout, Number, Quantizable, QuantizableNetwork, Quantized, Stored};

/// What can be built in: a network, or a quantised one.
///
/// # Safety
/// What [`KIND`](Self::KIND) says of the type's memory is true, and it may be all zeros.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a network",
    label = "not a network",
    note = "networks are declared with `typenet::network!`, and `typenet::quantized::Quantized` is one in integers"
)]
pub unsafe trait Included: Sized {
    /// The name of the network.
    const NAME: &'static str;
    /// Its layers.
    const LAYERS: &'static [LayerInfo];
    /// What it is made of.
    const KIND: Kind;
}

/// What a network is made of.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Floats of this many bytes, side by side.
    Floats(usize),
    /// The tensors of this layout.
    Integers(Layout),
}

// SAFETY: by the contract of `Flat`, which wants `Zeroable` too
unsafe impl<N: Network> Included for N {
    const NAME: &'static str = N::NAME;
    const LAYERS: &'static [LayerInfo] = N::LAYERS;
    const KIND: Kind = {
        assert!(size_of::<N>() == <N as Flat<N::Scalar>>::NUMBERS * size_of::<N::Scalar>());
        Kind::Floats(size_of::<N::Scalar>())
    };
}

// SAFETY: by the contract of `Stored`, which wants `Zeroable` too: `Quantized` is transparent
unsafe impl<N: QuantizableNetwork> Included for Quantized<N> {
    const NAME: &'static str = N::NAME;
    const LAYERS: &'static [LayerInfo] = N::LAYERS;
    const KIND: Kind = Kind::Integers(<<N::Chain as Quantizable>::Quantized as Stored>::LAYOUT);
}

/// A tensor that a network wants.
pub(super) struct Tensor {
    pub(super) name: Text,
    pub(super) dtype: &'static str,
    pub(super) shape: &'static [usize],
    /// The bytes of a number.
    pub(super) size: usize,
    /// Where in the network it begins.
    pub(super) place: usize,
    /// What its numbers are, if the network is quantised.
    number: Option<Number>,
}

impl Tensor {
    /// What is wrong with number `index` of these bytes.
    pub(super) const fn fault(&self, bytes: &[u8], index: usize) -> Option<&'static str> {
        let start = index * self.size;
        if let Some(number) = self.number {
            return number.fault(bytes.split_at(start).1);
        }
        // the two highest bytes: sign, exponent and the first of the fraction
        let (high, next) = (bytes[start + self.size - 1], bytes[start + self.size - 2]);
        let exponent = if self.size == 8 { 0xf0 } else { 0x80 };
        if high & 0x7f == 0x7f && next & exponent == exponent { Some("is not finite") } else { None }
    }
}

/// Goes through the tensors of a network.
pub(super) struct Tensors {
    /// Which layer, and which of its tensors.
    layer: usize,
    tensor: usize,
    /// Which of the layers that have no others within them: those that a layout knows.
    leaf: usize,
    /// Where the next float lies.
    place: usize,
}

impl Tensors {
    pub(super) const fn new() -> Self {
        Self { layer: 0, tensor: 0, leaf: 0, place: 0 }
    }

    pub(super) const fn next<N: Included>(&mut self) -> Option<Tensor> {
        let mut path = Path::new(N::LAYERS, self.layer);
        while let Some(layer) = path.layer() {
            let tensor = match N::KIND {
                Kind::Floats(size) => {
                    if self.tensor < layer.tensors.len() {
                        let tensor = &layer.tensors[self.tensor];
                        let place = self.place;
                        self.place += super::product(tensor.shape) * size;
                        let dtype = if size == 8 { "F64" } else { "F32" };
                        Some((tensor.name, dtype, tensor.shape, size, place, None))
                    } else {
                        None
                    }
                }
                Kind::Integers(layout) => {
                    let (tensors, start) = match layout.nth(self.leaf) {
                        Some((tensors, start)) if layer.layers.is_empty() => (tensors, start),
                        _ => (&[] as &[_], 0),
                    };
                    if self.tensor < tensors.len() {
                        let tensor = &tensors[self.tensor];
                        let (number, place) = (tensor.number, start + tensor.offset);
                        Some((tensor.name, number.dtype(), tensor.shape, number.size(), place, Some(number)))
                    } else {
                        None
                    }
                }
            };
            if let Some((name, dtype, shape, size, place, number)) = tensor {
                self.tensor += 1;
                let name = Text::new().with_path(path).with(b".").with(name.as_bytes());
                return Some(Tensor { name, dtype, shape, size, place, number });
            }
            self.leaf += layer.layers.is_empty() as usize;
            self.layer += 1;
            self.tensor = 0;
            path = Path::new(N::LAYERS, self.layer);
        }
        None
    }
}
