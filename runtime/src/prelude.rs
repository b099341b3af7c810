//! What most programs need: `use typenet::prelude::*;`.

pub use crate::flat::Flat;
pub use crate::losses::{
    BinaryCrossEntropy, CategoricalCrossEntropy, FromLogits, MeanAbsoluteError, MeanSquaredError,
    SparseCategoricalCrossEntropy,
};
pub use crate::metrics::{Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy};
pub use crate::network;
pub use crate::network::Network;
pub use crate::optimizers::{Optimizer, Sgd};
pub use crate::scalar::{Lane, Scalar};
pub use crate::tile::Tile;
#[cfg(feature = "alloc")]
pub use crate::{History, Pass, Scores, Trainer};
