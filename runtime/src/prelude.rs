//! What most programs need: `use typenet::prelude::*;`.

#[cfg(feature = "std")]
pub use crate::callbacks::CsvLogger;
#[cfg(feature = "safetensors")]
pub use crate::callbacks::ModelCheckpoint;
#[cfg(feature = "alloc")]
pub use crate::callbacks::{EarlyStopping, LearningRateScheduler, ReduceLrOnPlateau};
pub use crate::files::Files as _;
pub use crate::flat::Flat;
pub use crate::include_network;
pub use crate::losses::{
    BinaryCrossEntropy, BinaryFocalCrossEntropy, CategoricalCrossEntropy, CategoricalFocalCrossEntropy,
    CategoricalGeneralizedCrossEntropy, CategoricalHinge, CosineSimilarity, FromLogits, Heads, Hinge, Huber,
    KlDivergence, LabelSmoothing, LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError,
    MeanSquaredLogarithmicError, Poisson, SparseCategoricalCrossEntropy, SquaredHinge,
};
#[cfg(feature = "alloc")]
pub use crate::metrics::ConfusionMatrix;
pub use crate::metrics::{
    Accuracy, Auc, BinaryAccuracy, CategoricalAccuracy, ConcordanceCorrelation, FBetaScore, OfHead, PearsonCorrelation,
    Precision, PrecisionAtRecall, R2Score, Recall, RecallAtPrecision, RootMeanSquaredError, SensitivityAtSpecificity,
    SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy, SpecificityAtSensitivity, TopKCategoricalAccuracy,
    argmax,
};
pub use crate::network;
pub use crate::network::Network;
pub use crate::optimizers::{
    Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Ftrl, Lamb, Lion, Muon, Nadam, Optimizer, RmsProp,
    ScheduleFreeAdamW, Sgd,
};
pub use crate::scalar::{Lane, Scalar};
pub use crate::tile::Tile;
#[cfg(feature = "alloc")]
pub use crate::{History, Pass, Scores, Trainer};
