//! Metrics: what training reports beside the loss.
//!
//! Every loss of the outputs is a metric too. Metrics are taken over all samples of an epoch: a mean is not a mean of the
//! means of the batches, and a ratio not a mean of their ratios.

// what some share
mod buckets;
mod mean;
mod sum;
mod targets;
mod weighted;

// the metrics
mod accuracy;
mod argmax;
mod auc;
mod best_at;
#[cfg(feature = "alloc")]
mod confusion_matrix;
mod correlation;
mod f_beta;
mod of_head;
mod precision_recall;
mod regression;
mod top_k;

use core::fmt::Debug;

use fearless_simd::Simd;

pub use self::accuracy::{Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy};
pub use self::argmax::argmax;
pub use self::auc::{Auc, AucState};
pub use self::best_at::{
    BestState, PrecisionAtRecall, RecallAtPrecision, SensitivityAtSpecificity, SpecificityAtSensitivity,
};
#[cfg(feature = "alloc")]
pub use self::confusion_matrix::ConfusionMatrix;
pub use self::correlation::{ConcordanceCorrelation, OfOutputs, OfSamples, PearsonCorrelation};
pub use self::f_beta::{Average, FBetaScore, FBetaState};
pub use self::mean::Mean;
pub use self::of_head::OfHead;
pub use self::precision_recall::{Precision, Ratio, Recall};
pub use self::regression::{R2Score, R2State, RootMean, RootMeanSquaredError};
pub use self::sum::Sum;
pub use self::targets::TargetColumns;
pub use self::top_k::{SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy};
pub use self::weighted::{Weighted, WeightedState};
use crate::error::Error;
use crate::kernels::framed;
use crate::losses::OutputLoss;
use crate::scalar::Scalar;
use crate::tile::{Tile, VectorTargets};

/// Which way a score becomes better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Less is better, as of a loss.
    Down,
    /// More is better, as of an accuracy.
    Up,
}

/// What a metric gathers over an epoch.
pub trait MetricState<T: Scalar>: Default + Clone + Debug + Send {
    /// Ends a batch whose samples weigh `weight` together: as much as there are, if all count alike.
    fn end_batch<S: Simd>(&mut self, simd: S, weight: f64);

    /// The value over all batches that have ended.
    fn value(&self) -> f64;
}

/// A metric of outputs `Z` against targets `Y`.
///
/// One of your own goes to [`Trainer::metric`](crate::Trainer::metric) like those that there are:
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::metrics::{Mean, Metric};
/// use typenet::prelude::*;
/// use typenet::simd::{Simd, SimdFloat};
///
/// /// The mean of the first output.
/// #[derive(Clone, Copy, Debug)]
/// struct FirstOutput;
///
/// impl<T: Scalar, Y, const N: usize> Metric<T, Tile<T, N>, Y> for FirstOutput {
///     type State = Mean<T>;
///     const NAME: &'static str = "first_output";
///
///     fn update<S: Simd>(&self, simd: S, state: &mut Mean<T>, y: &Tile<T, N>, _: &Y, weights: T::Vector<S>) {
///         state.add(simd, y.load(simd, 0), weights);
///     }
/// }
///
/// network! { Line = Dense(1 -> 1, bias_initializer = constant(3.0)) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let line = Line::new(rng);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(FirstOutput);
/// let scores = trainer.evaluate(&line, (&[-1.0, 1.0], &[0.0, 0.0]))?;
/// assert_eq!(scores.metric("first_output"), Some(3.0));
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a metric for this network and its targets",
    label = "this metric does not fit",
    note = "write one of `typenet::metrics`, as `Accuracy`, or a loss of the outputs, as `MeanAbsoluteError`; sparse metrics \
            take integers as targets, all the others vectors as wide as the output"
)]
pub trait Metric<T: Scalar, Z, Y>: Copy + Debug + Send + Sync {
    /// What it gathers: [`Mean`] for one that is a mean over samples.
    type State: MetricState<T>;

    /// The name in histories.
    const NAME: &'static str;

    /// Which way is better, for callbacks that watch it; `None` if that depends.
    const DIRECTION: Option<Direction> = None;

    /// Whether `update` is given the weights of the samples.
    const WEIGHTED: bool = false;

    /// Takes in a tile. `weights` is 1 for the samples of the batch, or their weights if the metric is [`Weighted`]; 0 for
    /// lanes that hold none.
    fn update<S: Simd>(&self, simd: S, state: &mut Self::State, outputs: &Z, targets: &Y, weights: T::Vector<S>);

    /// Whether it can be computed with what it was told.
    ///
    /// # Errors
    /// [`Error::Setting`], [`Error::NoSuchOutput`]
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar, L: OutputLoss, Y: VectorTargets<T, N, L>, const N: usize> Metric<T, Tile<T, N>, Y> for L {
    type State = Mean<T>;
    const NAME: &'static str = L::NAME;
    const DIRECTION: Option<Direction> = Some(Direction::Down);

    #[inline(always)]
    fn update<S: Simd>(&self, simd: S, state: &mut Mean<T>, outputs: &Tile<T, N>, targets: &Y, weights: T::Vector<S>) {
        state.add(simd, self.value(simd, outputs, targets.vectors()), weights);
    }

    fn check(&self) -> Result<(), Error> {
        OutputLoss::check(self)
    }
}

/// The metrics of a trainer: `()`, or a pair of those before and one more.
pub trait Metrics<T: Scalar, Z, Y>: Copy + Debug + Send + Sync {
    /// What they gather.
    type State: Default + Clone + Debug + Send;

    /// Calls `see` with each name and which way is better, in order.
    fn names(&self, see: &mut dyn FnMut(&'static str, Option<Direction>));

    /// Takes in a tile. `lanes` is 1 for the samples of the batch, `weights` what each counts.
    fn update<S: Simd>(
        &self,
        simd: S,
        state: &mut Self::State,
        outputs: &Z,
        targets: &Y,
        lanes: T::Vector<S>,
        weights: T::Vector<S>,
    );

    /// Ends a batch.
    fn end_batch<S: Simd>(&self, simd: S, state: &mut Self::State, samples: usize);

    /// Calls `see` with each value, in order.
    fn values(&self, state: &Self::State, see: &mut dyn FnMut(f64));

    /// Whether all can be computed with what they were told.
    ///
    /// # Errors
    /// [`Error::Setting`], [`Error::NoSuchOutput`]
    fn check(&self) -> Result<(), Error>;
}

impl<T: Scalar, Z, Y> Metrics<T, Z, Y> for () {
    type State = ();

    fn names(&self, _: &mut dyn FnMut(&'static str, Option<Direction>)) {}

    #[inline(always)]
    fn update<S: Simd>(&self, _: S, (): &mut (), _: &Z, _: &Y, _: T::Vector<S>, _: T::Vector<S>) {}

    #[inline(always)]
    fn end_batch<S: Simd>(&self, _: S, (): &mut (), _: usize) {}

    fn values(&self, (): &(), _: &mut dyn FnMut(f64)) {}

    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

impl<T: Scalar, Z, Y, A: Metrics<T, Z, Y>, B: Metric<T, Z, Y>> Metrics<T, Z, Y> for (A, B) {
    type State = (A::State, B::State);

    fn names(&self, see: &mut dyn FnMut(&'static str, Option<Direction>)) {
        self.0.names(see);
        see(B::NAME, B::DIRECTION);
    }

    #[inline(always)]
    fn update<S: Simd>(
        &self,
        simd: S,
        state: &mut Self::State,
        outputs: &Z,
        targets: &Y,
        lanes: T::Vector<S>,
        weights: T::Vector<S>,
    ) {
        self.0.update(simd, &mut state.0, outputs, targets, lanes, weights);
        let weights = if const { B::WEIGHTED } { weights } else { lanes };
        framed!(simd, self.1.update(simd, &mut state.1, outputs, targets, weights));
    }

    #[inline(always)]
    fn end_batch<S: Simd>(&self, simd: S, state: &mut Self::State, samples: usize) {
        self.0.end_batch(simd, &mut state.0, samples);
        state.1.end_batch(simd, samples as f64);
    }

    fn values(&self, state: &Self::State, see: &mut dyn FnMut(f64)) {
        self.0.values(&state.0, see);
        see(state.1.value());
    }

    fn check(&self) -> Result<(), Error> {
        self.0.check()?;
        self.1.check()
    }
}
