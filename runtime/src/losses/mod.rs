//! Losses: what training makes small.
//!
//! A network ends in a **head**, the activation of its last layer. Training stops before it: a [`Loss`] takes the
//! *logits* and the head together, so that softmax or sigmoid with a cross-entropy is computed without overflow or
//! cancellation, and a loss that makes no sense after a head does not compile.
//!
//! Values are Keras's, reduced as there: the mean over the outputs of a sample, then over the samples of the batch, each
//! times its weight if there are [`sample_weight`](crate::data::sample_weight)s or a [`ClassWeight`].
//!
//! # A loss of one's own
//!
//! [`Pointwise`] is for a mean over the outputs, [`OutputLoss`] for one that looks across them, [`Loss`] for one that is
//! computed together with the head.
//!
//! ```
//! # use rand::{SeedableRng, rngs::StdRng};
//! use typenet::losses::Pointwise;
//! use typenet::prelude::*;
//! use typenet::simd::{Simd, SimdBase};
//!
//! /// `mean((y - t)^4)`
//! #[derive(Clone, Copy, Debug)]
//! struct Quartic;
//!
//! impl Pointwise for Quartic {
//!     const NAME: &'static str = "quartic";
//!
//!     fn value<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
//!         let e = y - t;
//!         e * e * e * e
//!     }
//!
//!     fn slope<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
//!         let e = y - t;
//!         e * e * e * T::from_f64(4.0)
//!     }
//! }
//!
//! network! { Line = Dense(1 -> 1) }
//!
//! # fn main() -> Result<(), typenet::Error> {
//! # let rng = &mut StdRng::seed_from_u64(0);
//! let mut line = Line::new(rng);
//! let mut trainer = Trainer::new(Quartic, Sgd::new(0.05)).epochs(200);
//! trainer.fit(&mut line, (&[-1.0, 1.0], &[0.0, 2.0]), rng)?;
//! assert!((line.predict(&[0.0])[0] - 1.0).abs() < 0.3);
//! # Ok(())
//! # }
//! ```
//!
//! # A loss of some of the outputs
//!
//! Where one output of a sample has a target, as the value of the action that was taken in Q-learning, the others are
//! given what the network says of them: they cost nothing, and no gradient comes from them. The loss is the mean over all
//! `N` outputs, and so `1 / N` of that of the one.
//!
//! ```
//! # use rand::{SeedableRng, rngs::StdRng};
//! use typenet::prelude::*;
//!
//! network! { Values = Dense(2 -> 16, relu), Dense(3) }
//!
//! # fn main() -> Result<(), typenet::Error> {
//! # let rng = &mut StdRng::seed_from_u64(0);
//! let mut values = Values::new(rng);
//! let mut trainer = Trainer::new(Huber::default(), Adam::new(0.01).global_clipnorm(1.0));
//! let (states, actions, returns) = ([[0.5, -0.5], [1.0, 0.25]], [0, 2], [1.0, -2.0]);
//! for _ in 0..300 {
//!     let mut targets = values.predict_many(&states);
//!     for ((target, action), value) in targets.iter_mut().zip(actions).zip(returns) {
//!         target[action] = value;
//!     }
//!     trainer.train_on_batch(&mut values, (&states, &targets))?;
//! }
//! assert!((values.predict(&states[0])[0] - 1.0).abs() < 1e-2);
//! assert!((values.predict(&states[1])[2] + 2.0).abs() < 1e-2);
//! # Ok(())
//! # }
//! ```
//!
//! It is so where training computes what a prediction does: not with a layer such as [`Dropout`](crate::layers::Dropout) or
//! [`BatchNormalization`](crate::layers::BatchNormalization). Any other gradient is the matter of
//! [`Pass::backward`](crate::Pass::backward).
//!
//! Two heads with losses of their own are trained with [`Heads`].

mod binary_cross_entropy;
mod categorical_cross_entropy;
mod categorical_generalized_cross_entropy;
mod categorical_hinge;
mod class_weight;
mod cosine_similarity;
mod focal;
mod from_logits;
mod heads;
mod hinge;
mod huber;
mod kl_divergence;
mod label_smoothing;
mod log_cosh;
mod mean_absolute_error;
mod mean_absolute_percentage_error;
mod mean_squared_error;
mod mean_squared_logarithmic_error;
mod poisson;
mod sparse_categorical_cross_entropy;
mod squared_hinge;

use core::fmt::Debug;

use fearless_simd::{Simd, SimdBase};

pub use self::binary_cross_entropy::{BinaryCrossEntropy, BinaryHead};
pub use self::categorical_cross_entropy::{CategoricalCrossEntropy, CategoricalHead};
pub use self::categorical_generalized_cross_entropy::CategoricalGeneralizedCrossEntropy;
pub use self::categorical_hinge::CategoricalHinge;
pub use self::class_weight::{ClassWeight, ClassWeights};
pub use self::cosine_similarity::CosineSimilarity;
pub use self::focal::{BinaryFocalCrossEntropy, CategoricalFocalCrossEntropy};
pub use self::from_logits::{FromLogits, LogitsHead};
pub use self::heads::Heads;
pub use self::hinge::Hinge;
pub use self::huber::Huber;
pub use self::kl_divergence::KlDivergence;
pub use self::label_smoothing::LabelSmoothing;
pub use self::log_cosh::LogCosh;
pub use self::mean_absolute_error::MeanAbsoluteError;
pub use self::mean_absolute_percentage_error::MeanAbsolutePercentageError;
pub use self::mean_squared_error::MeanSquaredError;
pub use self::mean_squared_logarithmic_error::MeanSquaredLogarithmicError;
pub use self::poisson::Poisson;
pub use self::sparse_categorical_cross_entropy::SparseCategoricalCrossEntropy;
pub use self::squared_hinge::SquaredHinge;

use crate::activations::{Activation, clamp};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::tile::{Features, Tile, VectorTargets};

/// Which targets make sense for a loss; checked before training begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetRange {
    /// Any finite number.
    Finite,
    /// Probabilities: from 0 to 1.
    Probability,
    /// So many numbers of the first of these kinds, and the others of the second.
    Heads(usize, &'static [Self; 2]),
}

impl TargetRange {
    /// That of one number of a sample.
    #[inline(always)]
    pub(crate) const fn of(mut self, mut index: usize) -> Self {
        while let Self::Heads(first, [range, other]) = self {
            if index < first {
                self = *range;
            } else {
                self = *other;
                index -= first;
            }
        }
        self
    }
}

/// A loss on a network that ends in the head `H`, gives outputs `Z` and is compared with targets `Y`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a loss for this network and its targets",
    label = "this loss does not fit",
    note = "`BinaryCrossEntropy` wants `sigmoid` or `softmax` at the end, `CategoricalCrossEntropy`, \
            `SparseCategoricalCrossEntropy` and `CategoricalGeneralizedCrossEntropy` want `softmax`; `FromLogits(...)` of \
            them wants no activation; `LabelSmoothing(...)` wants what its loss does; all the others fit every activation",
    note = "`SparseCategoricalCrossEntropy` and `CategoricalGeneralizedCrossEntropy` want integers as targets, all the \
            others vectors as wide as the output",
    note = "the loss comes first, then the optimizer: `Trainer::new(MeanSquaredError, Sgd::new(0.1))`",
    note = "a loss of your own implements `typenet::losses::Pointwise` or `typenet::losses::OutputLoss`"
)]
pub trait Loss<T: Scalar, H, Z, Y>: Copy + Debug + Send + Sync {
    /// The name in histories.
    const NAME: &'static str;

    /// What its targets may be.
    const TARGETS: TargetRange;

    /// Computes the outputs and the gradient with respect to the logits, and returns the loss of each sample.
    fn evaluate<S: Simd>(
        &self,
        simd: S,
        head: &H,
        logits: &Z,
        targets: &Y,
        outputs: &mut Z,
        d_logits: &mut Z,
    ) -> T::Vector<S>;

    /// Multiplies `weights`, one of each lane, by what samples with these targets count in training: nothing where all
    /// count alike.
    #[inline(always)]
    fn weigh<S: Simd>(&self, _: S, _targets: &Y, weights: T::Vector<S>) -> T::Vector<S> {
        weights
    }

    /// Whether it can be computed with what it was told.
    ///
    /// # Errors
    /// [`Error::Setting`], [`Error::ClassWeight`]
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// A loss of the outputs and of targets as wide, whatever activation the outputs come from. Each is a [`Loss`] after
/// every head, and a [`Metric`](crate::metrics::Metric).
pub trait OutputLoss: Copy + Debug + Send + Sync {
    /// The name in histories.
    const NAME: &'static str;

    /// What its targets may be.
    const TARGETS: TargetRange = TargetRange::Finite;

    /// The loss of each sample.
    fn value<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        outputs: &Tile<T, N>,
        targets: &Tile<T, N>,
    ) -> T::Vector<S>;

    /// Its gradient with respect to the outputs.
    fn gradient<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        outputs: &Tile<T, N>,
        targets: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    );

    /// Whether it can be computed with what it was told.
    ///
    /// # Errors
    /// [`Error::Setting`]
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// A loss that is the mean over the outputs of a sample of a loss of each output alone. Each is an [`OutputLoss`].
pub trait Pointwise: Copy + Debug + Send + Sync {
    /// The name in histories.
    const NAME: &'static str;

    /// What its targets may be.
    const TARGETS: TargetRange = TargetRange::Finite;

    /// The loss of one output of each sample.
    fn value<T: Scalar, S: Simd>(&self, simd: S, output: T::Vector<S>, target: T::Vector<S>) -> T::Vector<S>;

    /// Its slope with respect to the output.
    fn slope<T: Scalar, S: Simd>(&self, simd: S, output: T::Vector<S>, target: T::Vector<S>) -> T::Vector<S>;

    /// Whether it can be computed with what it was told.
    ///
    /// # Errors
    /// [`Error::Setting`]
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<L: Pointwise> OutputLoss for L {
    const NAME: &'static str = L::NAME;
    const TARGETS: TargetRange = L::TARGETS;

    #[inline(always)]
    fn value<T: Scalar, S: Simd, const N: usize>(&self, simd: S, y: &Tile<T, N>, t: &Tile<T, N>) -> T::Vector<S> {
        let mut sum = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            sum += Pointwise::value::<T, S>(self, simd, y.load(simd, i), t.load(simd, i));
        }
        sum * T::from_f64(1.0 / N as f64)
    }

    #[inline(always)]
    fn gradient<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        y: &Tile<T, N>,
        t: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    ) {
        let mean = T::from_f64(1.0 / N as f64);
        for i in 0..N {
            gradient.store::<S>(i, self.slope::<T, S>(simd, y.load(simd, i), t.load(simd, i)) * mean);
        }
    }

    fn check(&self) -> Result<(), Error> {
        Pointwise::check(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, H, L, Y, const N: usize> Loss<T, H, Tile<T, N>, Y> for L
where
    T: Scalar,
    H: Activation,
    L: OutputLoss,
    Y: VectorTargets<T, N, L>,
{
    const NAME: &'static str = L::NAME;
    const TARGETS: TargetRange = L::TARGETS;

    #[inline(always)]
    fn evaluate<S: Simd>(
        &self,
        simd: S,
        head: &H,
        logits: &Tile<T, N>,
        targets: &Y,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        let targets = targets.vectors();
        Tile::apply_head(simd, head, logits, outputs);
        self.gradient(simd, outputs, targets, d_logits);
        Tile::backward_head(simd, head, logits, outputs, d_logits);
        self.value(simd, outputs, targets)
    }

    fn check(&self) -> Result<(), Error> {
        OutputLoss::check(self)
    }
}

/// Keras's guard against `ln(0)`: probabilities are kept this far from 0 and 1.
pub(crate) const EPSILON: f64 = 1e-7;

/// `p`, kept away from 0 and 1. NaN stays NaN, so that a network that has diverged says so.
#[inline(always)]
pub(crate) fn clip<T: Scalar, S: Simd>(simd: S, p: T::Vector<S>) -> T::Vector<S> {
    clamp(simd, p, EPSILON, 1.0 - EPSILON)
}
