//! Layers: what `network!` composes.
//!
//! A layer is a small `Copy` value that knows its sizes by its type and its options by its fields; the numbers it
//! trains are kept apart, as [`Layer::Parameters`], in the network's struct. [`Layer`] is all that `network!` needs
//! to know of a layer, built in or a user's own.

// what a layer is, what is known of one, and what one sees
pub(crate) mod batch;
mod info;
mod input_range;
mod layer;
pub(crate) mod naming;
mod sizes;

// what some share
pub(crate) mod around;
mod branches;
mod normal;
mod random_factors;
mod summed;
mod view;

// the layers
mod activation;
mod activity_regularization;
mod alpha_dropout;
mod batch_normalization;
mod block;
mod concatenate;
pub(crate) mod dense;
mod dot;
mod dropout;
mod embedding;
mod gaussian_dropout;
mod gaussian_noise;
mod glu;
mod group_normalization;
mod halves;
mod layer_normalization;
mod normalization;
mod p_relu;
mod part;
mod repeat;
mod repeat_vector;
mod rescaling;
mod residual;
mod rms_normalization;
mod unit_normalization;

pub use self::activation::ActivationLayer;
pub use self::activity_regularization::ActivityRegularization;
pub use self::alpha_dropout::AlphaDropout;
pub use self::batch::{Backward, Batch, Share, Trace, Way};
pub use self::batch_normalization::{BatchNormalization, BatchNormalizationParameters, BatchNormalizationTape};
pub use self::block::Block;
pub use self::branches::{Branches, Traced};
pub use self::concatenate::Concatenate;
pub use self::dense::{Dense, DenseParameters};
#[cfg(feature = "onnx")]
pub(crate) use self::dot::DOT_LIMIT;
pub use self::dot::Dot;
pub use self::dropout::Dropout;
pub use self::embedding::Embedding;
pub use self::gaussian_dropout::GaussianDropout;
pub use self::gaussian_noise::GaussianNoise;
pub use self::glu::Glu;
pub use self::group_normalization::GroupNormalization;
pub use self::halves::{Add, Average, Maximum, Minimum, Multiply, Subtract};
pub use self::info::{Form, LayerInfo, TensorInfo};
pub use self::input_range::InputRange;
pub(crate) use self::input_range::row;
pub use self::layer::{Layer, NoParameters, Parameters};
pub use self::layer_normalization::{LayerNormalization, LayerNormalizationParameters};
#[cfg(feature = "alloc")]
pub(crate) use self::normalization::LEAST_VARIANCE;
pub use self::normalization::{Normalization, NormalizationParameters};
pub use self::p_relu::PRelu;
pub use self::part::{First, Last};
pub use self::repeat::{Copies, Repeat, Traces};
pub use self::repeat_vector::RepeatVector;
pub use self::rescaling::Rescaling;
pub use self::residual::Residual;
pub use self::rms_normalization::RmsNormalization;
#[doc(hidden)]
pub use self::sizes::{total, width};
#[cfg(feature = "onnx")]
pub(crate) use self::unit_normalization::UNIT_LIMIT;
pub use self::unit_normalization::UnitNormalization;
pub use crate::kernels::sink::{Sink, Window};
pub use crate::mode::Mode;
pub use crate::tiles::{Passing, Tiles};
