use fearless_simd::{Select, Simd, SimdBase};

use super::{Direction, Metric, MetricState, TargetColumns};
use crate::error::Error;
use crate::kernels::transpose::sum;
use crate::losses::EPSILON;
use crate::scalar::Scalar;
use crate::setting::{self, Must};
use crate::tile::Tile;

/// How the scores of the outputs become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Average {
    /// Their mean.
    #[default]
    Macro,
    /// The score of all outputs together.
    Micro,
    /// Their mean, weighted by how many targets each has.
    Weighted,
    /// That of this output alone, counted from 0: one of those that Keras gives with `average=None`. A metric for each
    /// output gives them all.
    Output(usize),
}

/// The harmonic mean of precision and recall, in which recall counts `beta` times as much: Keras's `FBetaScore`, and with
/// a beta of 1 its `F1Score`.
///
/// ```text
/// score = (1 + beta^2) * precision * recall / (beta^2 * precision + recall)
/// ```
///
/// The largest outputs of a sample are its positive ones, or with a threshold those that exceed it. Keras's default is
/// one score for each output; here it is their mean, and [`Average::Output`] gives one of them.
///
/// Source: C. van Rijsbergen, *Information Retrieval*, 1979.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::metrics::{Average, FBetaScore};
/// use typenet::prelude::*;
///
/// network! { Given = Activation(2 -> 2, softmax) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1))
///     .metric(FBetaScore::new(2.0).average(Average::Output(0)));
/// let x = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
/// let scores = trainer.evaluate(&given, (&x, &[[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]))?;
/// // of output 0 the precision is 1/2 and the recall 1
/// assert!(scores.metric("fbeta_score").is_some_and(|score| (score - 5.0 / 6.0).abs() < 1e-6));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FBetaScore {
    beta: f64,
    threshold: Option<f64>,
    average: Average,
}

impl FBetaScore {
    /// The mean over the outputs, of which the largest of a sample is the positive one.
    #[must_use]
    pub const fn new(beta: f64) -> Self {
        Self { beta, threshold: None, average: Average::Macro }
    }

    /// What an output must exceed to be positive.
    #[must_use]
    pub const fn threshold(self, threshold: f64) -> Self {
        Self { threshold: Some(threshold), ..self }
    }

    /// How the scores of the outputs become one. Default: [`Average::Macro`].
    #[must_use]
    pub const fn average(self, average: Average) -> Self {
        Self { average, ..self }
    }
}

impl Default for FBetaScore {
    fn default() -> Self {
        Self::new(1.0)
    }
}

/// The counts of one output.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    true_positives: f64,
    false_positives: f64,
    false_negatives: f64,
}

impl Counts {
    fn score(&self, beta: f64) -> f64 {
        let precision = self.true_positives / (self.true_positives + self.false_positives + EPSILON);
        let recall = self.true_positives / (self.true_positives + self.false_negatives + EPSILON);
        let square = beta * beta;
        precision * recall / (square * precision + recall + EPSILON) * (1.0 + square)
    }

    /// How many targets are positive.
    fn targets(&self) -> f64 {
        self.true_positives + self.false_negatives
    }
}

/// The counts of all outputs, and how they become a score.
#[derive(Clone, Copy, Debug)]
pub struct FBetaState<const N: usize> {
    counts: [Counts; N],
    beta: f64,
    average: Average,
}

impl<const N: usize> Default for FBetaState<N> {
    fn default() -> Self {
        Self { counts: [Counts::default(); N], beta: 1.0, average: Average::Macro }
    }
}

impl<T: Scalar, const N: usize> MetricState<T> for FBetaState<N> {
    fn end_batch<S: Simd>(&mut self, _: S, _: f64) {}

    fn value(&self) -> f64 {
        let scores = || self.counts.iter().map(|counts| counts.score(self.beta));
        match self.average {
            Average::Macro => scores().sum::<f64>() / N as f64,
            Average::Output(output) => scores().nth(output).unwrap_or_default(),
            Average::Micro => {
                let mut all = Counts::default();
                for counts in &self.counts {
                    all.true_positives += counts.true_positives;
                    all.false_positives += counts.false_positives;
                    all.false_negatives += counts.false_negatives;
                }
                all.score(self.beta)
            }
            Average::Weighted => {
                let targets = self.counts.iter().map(Counts::targets);
                let weighted = scores().zip(targets.clone()).map(|(score, targets)| score * targets);
                weighted.sum::<f64>() / (targets.sum::<f64>() + EPSILON)
            }
        }
    }
}

impl<T: Scalar, Y: TargetColumns<T, N>, const N: usize> Metric<T, Tile<T, N>, Y> for FBetaScore {
    type State = FBetaState<N>;
    const NAME: &'static str = "fbeta_score";
    const DIRECTION: Option<Direction> = Some(Direction::Up);

    #[inline(always)]
    fn update<S: Simd>(
        &self,
        simd: S,
        state: &mut FBetaState<N>,
        outputs: &Tile<T, N>,
        targets: &Y,
        weights: T::Vector<S>,
    ) {
        (state.beta, state.average) = (self.beta, self.average);
        let (one, zero) = (T::Vector::<S>::splat(simd, T::ONE), T::Vector::<S>::splat(simd, T::ZERO));
        let mut largest = outputs.load(simd, 0);
        for i in 1..N {
            largest = largest.max(outputs.load(simd, i));
        }
        for (i, counts) in state.counts.iter_mut().enumerate() {
            let y = outputs.load(simd, i);
            let positive = match self.threshold {
                Some(threshold) => y.simd_gt(T::from_f64(threshold)),
                // a row of zeros has no positive, as in Keras
                None => y.simd_ge(largest) & y.abs().simd_gt(T::from_f64(1e-9)),
            };
            let (guess, truth) = (positive.select(one, zero), targets.column(simd, i));
            let total = |x: T::Vector<S>| sum::<T, S>(simd, x * weights).to_f64();
            counts.true_positives += total(guess * truth);
            counts.false_positives += total(guess * (one - truth));
            counts.false_negatives += total((one - guess) * truth);
        }
    }

    fn check(&self) -> Result<(), Error> {
        let threshold = ("threshold", self.threshold.unwrap_or_default(), Must::Finite);
        setting::check("FBetaScore", &[("beta", self.beta, Must::NotNegative), threshold])?;
        let class = if let Average::Output(class) = self.average { Some(class) } else { None };
        setting::check_class("FBetaScore", class, N)
    }
}
