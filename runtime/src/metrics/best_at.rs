//! The best of one rate over all thresholds at which another is good enough.

use fearless_simd::Simd;

use super::buckets::{Buckets, divide};
use super::{Direction, Metric, MetricState, TargetColumns};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::setting::{self, Must};
use crate::tile::Tile;

/// What is sought, and what it may not fall below while it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Trade {
    #[default]
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
}

impl Trade {
    /// What is sought, and what limits it, with so many true and false positives of all positives and of all others.
    fn rates(self, (tp, fp): (f64, f64), (positives, negatives): (f64, f64)) -> (f64, f64) {
        let (recall, precision) = (divide(tp, positives), divide(tp, tp + fp));
        let specificity = divide(negatives - fp, negatives);
        match self {
            Self::PrecisionAtRecall => (precision, recall),
            Self::RecallAtPrecision => (recall, precision),
            Self::SensitivityAtSpecificity => (recall, specificity),
            Self::SpecificityAtSensitivity => (specificity, recall),
        }
    }
}

/// How outputs lie between the thresholds, and what is sought of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct BestState<const THRESHOLDS: usize> {
    buckets: Buckets<THRESHOLDS>,
    trade: Trade,
    least: f64,
}

impl<T: Scalar, const THRESHOLDS: usize> MetricState<T> for BestState<THRESHOLDS> {
    fn end_batch<S: Simd>(&mut self, _: S, _: f64) {}

    fn value(&self) -> f64 {
        let all = self.buckets.all();
        let rates = self.buckets.above().map(|counts| self.trade.rates(counts, all));
        rates.filter(|(_, limit)| *limit >= self.least).map(|(sought, _)| sought).fold(0.0, f64::max)
    }
}

macro_rules! best_at {
    ($($(#[$doc:meta])* $metric:ident, $name:literal, $least:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Taken at each of 200 thresholds from 0 to 1, as in Keras; 0 where none is good enough. An output is positive at the
        /// thresholds that it exceeds, a target if it is not 0. Outputs are probabilities, and all of them count alike, each
        /// with its target.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $metric<const THRESHOLDS: usize = 200> {
            least: f64,
            class: Option<usize>,
        }

        impl $metric {
            #[doc = concat!("Where the ", stringify!($least), " is at least so much, from 0 to 1.")]
            #[must_use]
            pub const fn new($least: f64) -> Self {
                Self { least: $least, class: None }
            }

            /// With as many thresholds as wanted, at least 2. Default: 200.
            #[must_use]
            pub const fn num_thresholds<const THRESHOLDS: usize>(self) -> $metric<THRESHOLDS> {
                $metric { least: self.least, class: self.class }
            }
        }

        impl<const THRESHOLDS: usize> $metric<THRESHOLDS> {
            /// Of this output alone, counted from 0. Default: of all of them.
            #[must_use]
            pub const fn class_id(self, class: usize) -> Self {
                Self { class: Some(class), ..self }
            }
        }

        impl<T: Scalar, Y: TargetColumns<T, N>, const N: usize, const THRESHOLDS: usize> Metric<T, Tile<T, N>, Y>
            for $metric<THRESHOLDS>
        {
            type State = BestState<THRESHOLDS>;
            const NAME: &'static str = $name;
            const DIRECTION: Option<Direction> = Some(Direction::Up);

            #[inline(always)]
            fn update<S: Simd>(
                &self,
                simd: S,
                state: &mut BestState<THRESHOLDS>,
                outputs: &Tile<T, N>,
                targets: &Y,
                weights: T::Vector<S>,
            ) {
                (state.trade, state.least) = (Trade::$metric, self.least);
                for i in (0..N).filter(|i| self.class.is_none_or(|class| class == *i)) {
                    state.buckets.add::<T, S>(outputs.load(simd, i), targets.column(simd, i), weights);
                }
            }

            fn check(&self) -> Result<(), Error> {
                setting::check(stringify!($metric), &[(stringify!($least), self.least, Must::Share)])?;
                setting::check_class(stringify!($metric), self.class, N)
            }
        }
    )*};
}

best_at! {
    /// The best precision of the thresholds that find a given share of the positives: Keras's `PrecisionAtRecall`.
    ///
    /// ```text
    /// recall = TP / (TP + FN)     precision = TP / (TP + FP)
    /// ```
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// // what goes in are the probabilities
    /// network! { Given = Activation(1 -> 1, linear) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let given = Given::new(&mut StdRng::seed_from_u64(0));
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1))
    ///     .metric(PrecisionAtRecall::new(0.5))
    ///     .metric(RecallAtPrecision::new(0.6));
    /// let (x, y) = ([0.1, 0.3, 0.8, 0.3, 0.8], [0.0, 0.0, 0.0, 1.0, 1.0]);
    /// let scores = trainer.evaluate(&given, (&x, &y))?;
    /// // a threshold of 0.5 takes two for positive, and one of them is
    /// assert_eq!(scores.metric("precision_at_recall"), Some(0.5));
    /// // no threshold is right in 60 % of what it takes
    /// assert_eq!(scores.metric("recall_at_precision"), Some(0.0));
    /// # Ok(())
    /// # }
    /// ```
    PrecisionAtRecall, "precision_at_recall", recall;

    /// The largest share of the positives that a threshold finds whose precision is at least a given one: Keras's
    /// `RecallAtPrecision`. [`PrecisionAtRecall`] has the formulas and an example.
    RecallAtPrecision, "recall_at_precision", precision;

    /// The largest share of the positives that a threshold finds which leaves a given share of the others alone: Keras's
    /// `SensitivityAtSpecificity`.
    ///
    /// ```text
    /// sensitivity = TP / (TP + FN)     specificity = TN / (TN + FP)
    /// ```
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// // what goes in are the probabilities
    /// network! { Given = Activation(1 -> 1, linear) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let given = Given::new(&mut StdRng::seed_from_u64(0));
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1))
    ///     .metric(SensitivityAtSpecificity::new(0.5))
    ///     .metric(SpecificityAtSensitivity::new(0.5));
    /// let (x, y) = ([0.1, 0.3, 0.8, 0.3, 0.8], [0.0, 0.0, 0.0, 1.0, 1.0]);
    /// let scores = trainer.evaluate(&given, (&x, &y))?;
    /// // a threshold of 0.5 finds one of two, and two of the three others are below it
    /// assert_eq!(scores.metric("sensitivity_at_specificity"), Some(0.5));
    /// assert_eq!(scores.metric("specificity_at_sensitivity"), Some(2.0 / 3.0));
    /// # Ok(())
    /// # }
    /// ```
    SensitivityAtSpecificity, "sensitivity_at_specificity", specificity;

    /// The largest share of those that are not positive that a threshold leaves alone which finds a given share of the
    /// positives: Keras's `SpecificityAtSensitivity`. [`SensitivityAtSpecificity`] has the formulas and an example.
    SpecificityAtSensitivity, "specificity_at_sensitivity", sensitivity;
}
