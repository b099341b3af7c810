use core::iter;

use fearless_simd::Simd;
use libm::log;

use super::buckets::{Buckets, divide};
use super::{Direction, Metric, MetricState, TargetColumns};
use crate::scalar::Scalar;
use crate::tile::Tile;

/// The area under a curve that compares what share of the positives is found with how many false ones come with them, over
/// all thresholds: Keras's `AUC`, with its 200 thresholds and its interpolation.
///
/// All outputs count alike, each with its target. An output counts as positive at the thresholds that it exceeds, a
/// target if it is not 0. Outputs are probabilities.
///
/// Source: J. Davis, M. Goadrich, *The Relationship Between Precision-Recall and ROC Curves*, 2006.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Given = Activation(1 -> 1, sigmoid) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).metric(Auc::roc());
/// let scores = trainer.evaluate(&given, (&[-2.0, -1.0, 1.0, 2.0], &[0.0, 1.0, 0.0, 1.0]))?;
/// // of four pairs of a positive and a negative one, three are in the right order
/// assert!(scores.metric("auc").is_some_and(|auc| (auc - 0.75).abs() < 1e-6));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Auc<const THRESHOLDS: usize = 200> {
    curve: Curve,
}

/// What is under.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Curve {
    /// True positive rate over false positive rate.
    #[default]
    Roc,
    /// Precision over recall.
    Pr,
}

impl Auc {
    /// Under the receiver operating characteristic: the share of positives found, over the share of negatives that are
    /// taken for positives.
    #[must_use]
    pub const fn roc() -> Self {
        Self { curve: Curve::Roc }
    }

    /// Under the curve of precision over recall.
    #[must_use]
    pub const fn pr() -> Self {
        Self { curve: Curve::Pr }
    }

    /// With as many thresholds as wanted, at least 2. Default: 200.
    #[must_use]
    pub const fn num_thresholds<const THRESHOLDS: usize>(self) -> Auc<THRESHOLDS> {
        const { assert!(THRESHOLDS >= 2, "an area has at least two thresholds") };
        Auc { curve: self.curve }
    }
}

/// How outputs lie between the thresholds, and what is asked of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct AucState<const THRESHOLDS: usize> {
    buckets: Buckets<THRESHOLDS>,
    curve: Curve,
}

impl<const THRESHOLDS: usize> AucState<THRESHOLDS> {
    /// True and false positives at each threshold and at the one before it, from the highest down.
    fn steps(&self) -> impl Iterator<Item = [(f64, f64); 2]> {
        // the lowest threshold is a little below 0: everything exceeds it
        let counts = self.buckets.above().take(THRESHOLDS - 1).chain(iter::once(self.buckets.all()));
        counts.clone().zip(counts.skip(1)).map(|(above, below)| [above, below])
    }
}

impl<T: Scalar, const THRESHOLDS: usize> MetricState<T> for AucState<THRESHOLDS> {
    fn end_batch<S: Simd>(&mut self, _: S, _: f64) {}

    fn value(&self) -> f64 {
        let (positives, negatives) = self.buckets.all();
        let areas = self.steps().map(|[(tp, fp), (tp_below, fp_below)]| match self.curve {
            Curve::Roc => {
                let heights = divide(tp, positives) + divide(tp_below, positives);
                (divide(fp_below, negatives) - divide(fp, negatives)) * heights / 2.0
            }
            Curve::Pr => {
                // between two thresholds true positives grow in a straight line with all positives
                let (all, all_below) = (tp + fp, tp_below + fp_below);
                let slope = divide(tp_below - tp, all_below - all);
                let intercept = tp - slope * all;
                let ratio = if all > 0.0 && all_below > 0.0 { all_below / all } else { 1.0 };
                divide(slope * (tp_below - tp + intercept * log(ratio)), positives)
            }
        });
        areas.sum()
    }
}

impl<T: Scalar, Y: TargetColumns<T, N>, const N: usize, const THRESHOLDS: usize> Metric<T, Tile<T, N>, Y>
    for Auc<THRESHOLDS>
{
    type State = AucState<THRESHOLDS>;
    const NAME: &'static str = "auc";
    const DIRECTION: Option<Direction> = Some(Direction::Up);

    #[inline(always)]
    fn update<S: Simd>(
        &self,
        simd: S,
        state: &mut AucState<THRESHOLDS>,
        outputs: &Tile<T, N>,
        targets: &Y,
        weights: T::Vector<S>,
    ) {
        state.curve = self.curve;
        for i in 0..N {
            state.buckets.add::<T, S>(outputs.load(simd, i), targets.column(simd, i), weights);
        }
    }
}
