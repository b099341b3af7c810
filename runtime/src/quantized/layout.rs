//! Where the integers of a quantised network lie in memory: what files are written from and read into.

use core::fmt::Debug;

use bytemuck::Zeroable;

use crate::layers::NoParameters;

/// The parameters of a quantised layer, or of several, with what is known of their place in memory.
///
/// # Safety
/// Every tensor that [`LAYOUT`](Self::LAYOUT) tells lies in the value, without padding, at its offset, aligned as its
/// numbers are; and it may hold any numbers of its type.
pub unsafe trait Stored: Zeroable + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// Where its tensors lie.
    const LAYOUT: Layout;
}

/// Where tensors lie.
#[derive(Clone, Copy, Debug)]
pub enum Layout {
    /// Those of one layer.
    One(&'static [StoredTensor]),
    /// Those of two layers in a row; the second ones begin this many bytes behind the first.
    Two(&'static Layout, &'static Layout, usize),
    /// The same, this often, this many bytes apart.
    Many(&'static Layout, usize, usize),
}

/// A tensor of a quantised layer.
#[derive(Clone, Copy, Debug)]
pub struct StoredTensor {
    /// Its name, after that of the layer.
    pub name: &'static str,
    /// What its numbers are.
    pub number: Number,
    /// Its shape, in C order.
    pub shape: &'static [usize],
    /// Where in the parameters of the layer it begins.
    pub offset: usize,
}

/// What the numbers of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// A weight: `i8`.
    Weight,
    /// A bias or another sum: `i32`.
    Sum,
    /// What an integer is multiplied with: `f32`, finite and above 0.
    Scale,
    /// A number of what is no product of integers: `f32`, finite.
    Real,
    /// The integer that stands for 0: `i32` in `-128..=127`.
    ZeroPoint,
}

impl Number {
    /// How many bytes it takes.
    #[must_use]
    pub const fn size(self) -> usize {
        if matches!(self, Self::Weight) { 1 } else { 4 }
    }

    /// Its type, as safetensors calls it.
    #[must_use]
    pub const fn dtype(self) -> &'static str {
        match self {
            Self::Weight => "I8",
            Self::Sum | Self::ZeroPoint => "I32",
            Self::Scale | Self::Real => "F32",
        }
    }

    /// What is wrong with one that a file has in these bytes.
    pub(crate) const fn fault(self, bytes: &[u8]) -> Option<&'static str> {
        let Some(bytes) = bytes.first_chunk() else { return None };
        match self {
            Self::Scale => {
                let scale = f32::from_le_bytes(*bytes);
                if scale.is_finite() && scale > 0.0 { None } else { Some("is no finite number above 0") }
            }
            Self::Real => {
                if f32::from_le_bytes(*bytes).is_finite() {
                    None
                } else {
                    Some("is not finite")
                }
            }
            Self::ZeroPoint => {
                if matches!(i32::from_le_bytes(*bytes), -128..=127) {
                    None
                } else {
                    Some("is not from -128 to 127")
                }
            }
            Self::Weight | Self::Sum => None,
        }
    }
}

impl Layout {
    /// How many layers there are.
    const fn layers(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Two(first, second, _) => first.layers() + second.layers(),
            Self::Many(layout, count, _) => *count * layout.layers(),
        }
    }

    /// The tensors of layer `index`, and where its parameters begin.
    pub(crate) const fn nth(mut self, mut index: usize) -> Option<(&'static [StoredTensor], usize)> {
        let mut start = 0;
        loop {
            match self {
                Self::One(tensors) => return if index == 0 { Some((tensors, start)) } else { None },
                Self::Two(first, second, offset) => {
                    let layers = first.layers();
                    if index < layers {
                        self = *first;
                    } else {
                        index -= layers;
                        start += offset;
                        self = *second;
                    }
                }
                Self::Many(layout, count, stride) => {
                    let copy = index / layout.layers();
                    if copy >= count {
                        return None;
                    }
                    index %= layout.layers();
                    start += copy * stride;
                    self = *layout;
                }
            }
        }
    }
}

// SAFETY: there are no tensors.
unsafe impl Stored for NoParameters {
    const LAYOUT: Layout = Layout::One(&[]);
}

// SAFETY: the values of an array lie side by side.
unsafe impl<Q: Stored, const N: usize> Stored for [Q; N] {
    const LAYOUT: Layout = Layout::Many(&Q::LAYOUT, N, size_of::<Q>());
}

/// The parameters of two layers in a row.
#[derive(Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Pair<A, B> {
    /// Of the first.
    pub first: A,
    /// Of the second, which may be two again.
    pub second: B,
}

// SAFETY: both fields may be all zeros.
unsafe impl<A: Zeroable, B: Zeroable> Zeroable for Pair<A, B> {}

// SAFETY: the tensors of both lie where they lie in the fields, the second ones that field's offset further.
unsafe impl<A: Stored, B: Stored> Stored for Pair<A, B> {
    const LAYOUT: Layout = Layout::Two(&A::LAYOUT, &B::LAYOUT, core::mem::offset_of!(Self, second));
}
