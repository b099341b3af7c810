//! What is known of a layer beside what it trains.

use super::{InputRange, Layer};
use crate::flat::Flat;
use crate::scalar::Scalar;
use crate::tile::Features;

/// One tensor of a layer's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its name within the layer, as `kernel`.
    pub name: &'static str,
    /// Its shape in Keras's layout and C order: `[inputs, outputs]` for a kernel.
    pub shape: &'static [usize],
}

/// What a layer computes, apart from its numbers and its activation. No form is called as a type is: rustc would then
/// write the type's whole path in its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// Something that nobody else knows.
    Own,
    /// What comes in, whenever it is not trained.
    Unchanged,
    /// [`Dense`](super::Dense).
    OfDense,
    /// [`ActivationLayer`](super::ActivationLayer).
    OfActivation,
    /// [`BatchNormalization`](super::BatchNormalization), whose numbers are `epsilon` and `momentum`.
    OfBatchNormalization,
    /// [`LayerNormalization`](super::LayerNormalization), whose number is `epsilon`.
    OfLayerNormalization,
    /// [`GroupNormalization`](super::GroupNormalization), whose number is `epsilon`.
    OfGroupNormalization {
        /// How many groups there are.
        groups: usize,
    },
    /// [`RmsNormalization`](super::RmsNormalization), whose number is `epsilon`.
    OfRmsNormalization,
    /// [`Normalization`](super::Normalization).
    OfNormalization {
        /// Whether it goes the way back.
        invert: bool,
    },
    /// [`UnitNormalization`](super::UnitNormalization).
    OfUnitNormalization,
    /// [`PRelu`](super::PRelu).
    OfPRelu,
    /// [`Rescaling`](super::Rescaling), whose numbers are `scale` and `offset`.
    OfRescaling,
    /// [`Embedding`](super::Embedding).
    OfEmbedding,
    /// [`Glu`](super::Glu).
    OfGlu,
    /// [`Add`](super::Add) and others of two halves.
    OfHalves {
        /// What ONNX calls it.
        operator: &'static str,
    },
    /// [`Dot`](super::Dot).
    OfDot {
        /// Whether both halves are divided by their lengths.
        normalize: bool,
    },
    /// [`First`](super::First) and [`Last`](super::Last).
    OfPart {
        /// The place of the first number that is taken.
        start: usize,
    },
    /// [`RepeatVector`](super::RepeatVector).
    OfRepeatVector,
    /// [`Concatenate`](super::Concatenate), whose layers are its branches.
    OfConcatenate,
    /// [`Block`](super::Block): the layers of a network.
    OfBlock,
    /// [`Residual`](super::Residual).
    OfResidual {
        /// What stands in it.
        layer: &'static Form,
    },
    /// [`Repeat`](super::Repeat).
    OfRepeat {
        /// What is repeated.
        layer: &'static Form,
        /// How often.
        copies: usize,
    },
}

impl Form {
    /// What stands in residuals and repetitions, however deep.
    #[cfg(feature = "alloc")]
    pub(crate) const fn innermost(mut self) -> Self {
        while let Self::OfResidual { layer } | Self::OfRepeat { layer, .. } = self {
            self = *layer;
        }
        self
    }
}

/// What is known of a layer beside what it trains: what summaries print and files name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerInfo {
    /// The label: the field of the struct, and the name of the saved tensors.
    pub label: &'static str,
    /// The kind of layer, as `Dense`.
    pub kind: &'static str,
    /// The activation's name; `"linear"` if it has none.
    pub activation: &'static str,
    /// Numbers that go in.
    pub inputs: usize,
    /// Numbers that come out.
    pub outputs: usize,
    /// Numbers that it keeps.
    pub parameters: usize,
    /// Those of them that are trained: none with `trainable = false`.
    pub trained: usize,
    /// The tensors of the parameters, in the order in which they lie in memory.
    pub tensors: &'static [TensorInfo],
    /// The layers that it is made of, whose parameters follow.
    pub layers: &'static [LayerInfo],
    /// How often the parameters hold these tensors and layers: 1 but for a repetition.
    pub copies: usize,
    /// What it computes.
    pub form: Form,
    /// The numbers that it computes with and does not train, as [`Form`] says.
    pub numbers: &'static [f64],
    /// [`Layer::RANGE`]
    pub range: InputRange,
    /// [`Layer::COMPLETES`]
    pub completes: bool,
    /// [`Layer::BARRIERS`]
    pub barriers: usize,
    /// [`Layer::READS`]
    #[doc(hidden)]
    pub reads: bool,
}

impl LayerInfo {
    /// What is known of the layer `L` in a network over `T`.
    #[must_use]
    pub const fn of<L: Layer<T>, T: Scalar>(label: &'static str, kind: &'static str, activation: &'static str) -> Self {
        Self {
            label,
            kind,
            activation,
            inputs: <L::Input as Features<T>>::N,
            outputs: <L::Output as Features<T>>::N,
            parameters: L::Parameters::NUMBERS,
            trained: L::TRAINED,
            tensors: L::TENSORS,
            layers: L::LAYERS,
            copies: L::COPIES,
            form: L::FORM,
            numbers: &[],
            range: L::RANGE,
            completes: L::COMPLETES,
            barriers: L::BARRIERS,
            reads: L::READS,
        }
    }

    /// The same with numbers that it does not train.
    #[must_use]
    pub const fn numbers(self, numbers: &'static [f64]) -> Self {
        Self { numbers, ..self }
    }

    /// How many numbers layers train together.
    pub(crate) const fn all_trained(layers: &[Self]) -> usize {
        let (mut trained, mut layer) = (0, 0);
        while layer < layers.len() {
            trained += layers[layer].trained;
            layer += 1;
        }
        trained
    }

    /// Whether all of them complete their gradients.
    pub(crate) const fn all_complete(layers: &[Self]) -> bool {
        let (mut all, mut layer) = (true, 0);
        while layer < layers.len() {
            all &= layers[layer].completes;
            layer += 1;
        }
        all
    }

    /// How many barriers they have together.
    pub(crate) const fn all_barriers(layers: &[Self]) -> usize {
        let (mut barriers, mut layer) = (0, 0);
        while layer < layers.len() {
            barriers += layers[layer].barriers;
            layer += 1;
        }
        barriers
    }
}
