//! How outputs and targets vary together.

use fearless_simd::{Simd, SimdBase};
use libm::sqrt;

use super::{Direction, Metric, MetricState};
use crate::losses::EPSILON;
use crate::scalar::Scalar;
use crate::tile::{Tile, VectorTargets};

/// Running means, squares and products of deviations from them, of pairs that come one by one: Welford's, which do not
/// cancel where a mean is large beside what varies around it.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    weight: f64,
    means: [f64; 2],
    squares: [f64; 2],
    products: f64,
}

impl Moments {
    fn add(&mut self, [a, b]: [f64; 2], weight: f64) {
        // lanes without a sample weigh nothing
        if weight > 0.0 {
            self.weight += weight;
            let share = weight / self.weight;
            let before = [a - self.means[0], b - self.means[1]];
            self.means = [self.means[0] + before[0] * share, self.means[1] + before[1] * share];
            let after = [a - self.means[0], b - self.means[1]];
            self.squares[0] += weight * before[0] * after[0];
            self.squares[1] += weight * before[1] * after[1];
            self.products += weight * before[0] * after[1];
        }
    }

    fn pearson(&self) -> f64 {
        self.products / sqrt(self.squares[0]) / sqrt(self.squares[1])
    }

    fn concordance(&self) -> f64 {
        let apart = self.means[0] - self.means[1];
        let variances = (self.squares[0] + self.squares[1]) / self.weight;
        2.0 * self.products / self.weight / (variances + apart * apart + EPSILON)
    }
}

/// A sum of what samples give, and how much they weigh.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfOutputs {
    sum: f64,
    weight: f64,
}

impl<T: Scalar> MetricState<T> for OfOutputs {
    fn end_batch<S: Simd>(&mut self, _: S, _: f64) {}

    fn value(&self) -> f64 {
        // of nothing it is 0, as any mean
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }
}

/// What each output has gathered over the samples, and what is made of it.
#[derive(Clone, Copy, Debug)]
pub struct OfSamples<const N: usize> {
    outputs: [Moments; N],
    coefficient: fn(&Moments) -> f64,
}

impl<const N: usize> Default for OfSamples<N> {
    fn default() -> Self {
        Self { outputs: [Moments::default(); N], coefficient: Moments::pearson }
    }
}

impl<T: Scalar, const N: usize> MetricState<T> for OfSamples<N> {
    fn end_batch<S: Simd>(&mut self, _: S, _: f64) {}

    fn value(&self) -> f64 {
        self.outputs.iter().map(self.coefficient).sum::<f64>() / N as f64
    }
}

macro_rules! correlation {
    ($($(#[$doc:meta])* $metric:ident, $name:literal, $coefficient:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $metric<const SAMPLES: bool = false>(());

        impl $metric {
            /// Of the outputs of each sample, at least two, and their mean over the samples: Keras's `axis=-1`.
            #[must_use]
            pub const fn new() -> Self {
                Self(())
            }

            /// Of each output over all samples, and the mean of the outputs. Keras's `axis=0` takes the samples of one batch
            /// and the mean over batches instead; in a single batch both are the same number.
            #[must_use]
            pub const fn of_samples(self) -> $metric<true> {
                $metric(())
            }
        }

        impl Default for $metric {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T: Scalar, Y: VectorTargets<T, N, Self>, const N: usize> Metric<T, Tile<T, N>, Y> for $metric {
            type State = OfOutputs;
            const NAME: &'static str = $name;
            const DIRECTION: Option<Direction> = Some(Direction::Up);

            #[inline(always)]
            fn update<S: Simd>(
                &self,
                simd: S,
                state: &mut OfOutputs,
                outputs: &Tile<T, N>,
                targets: &Y,
                weights: T::Vector<S>,
            ) {
                const {
                    assert!(N >= 2, "one output does not correlate: a metric of all samples is made by `of_samples()`");
                }
                // a tile has at most 16 lanes
                let mut lanes = [Moments::default(); 16];
                for i in 0..N {
                    let (y, t) = (outputs.load(simd, i), targets.vectors().load(simd, i));
                    for ((lane, y), t) in lanes.iter_mut().zip(y.as_slice()).zip(t.as_slice()) {
                        lane.add([y.to_f64(), t.to_f64()], 1.0);
                    }
                }
                for (lane, weight) in lanes.iter().zip(weights.as_slice()) {
                    let weight = weight.to_f64();
                    // what lanes without a sample give may be no number
                    if weight > 0.0 {
                        state.sum += weight * $coefficient(lane);
                        state.weight += weight;
                    }
                }
            }
        }

        impl<T: Scalar, Y: VectorTargets<T, N, Self>, const N: usize> Metric<T, Tile<T, N>, Y> for $metric<true> {
            type State = OfSamples<N>;
            const NAME: &'static str = $name;
            const DIRECTION: Option<Direction> = Some(Direction::Up);

            #[inline(always)]
            fn update<S: Simd>(
                &self,
                simd: S,
                state: &mut OfSamples<N>,
                outputs: &Tile<T, N>,
                targets: &Y,
                weights: T::Vector<S>,
            ) {
                state.coefficient = $coefficient;
                for (i, moments) in state.outputs.iter_mut().enumerate() {
                    let (y, t) = (outputs.load(simd, i), targets.vectors().load(simd, i));
                    for ((y, t), weight) in y.as_slice().iter().zip(t.as_slice()).zip(weights.as_slice()) {
                        moments.add([y.to_f64(), t.to_f64()], weight.to_f64());
                    }
                }
            }
        }
    )*};
}

correlation! {
    /// How nearly targets are a rising straight line of the outputs: Keras's `PearsonCorrelation`, from -1 to 1.
    ///
    /// ```text
    /// r = cov(y, t) / (std(y) std(t))
    /// ```
    ///
    /// As in Keras, the numbers that are compared are those of one sample; [`of_samples`](Self::of_samples) compares what an
    /// output is for all samples. It is NaN of what is all the same.
    ///
    /// Source: K. Pearson, *Notes on Regression and Inheritance in the Case of Two Parents*, 1895.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Given: f64 = Activation(1 -> 1, linear) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let given = Given::new(&mut StdRng::seed_from_u64(0));
    /// let mut trainer =
    ///     Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(PearsonCorrelation::new().of_samples());
    /// let scores = trainer.evaluate(&given, (&[1.0, 2.0, 3.0], &[10.0, 30.0, 20.0]))?;
    /// assert!(scores.metric("pearson_correlation").is_some_and(|r| (r - 0.5).abs() < 1e-12));
    /// # Ok(())
    /// # }
    /// ```
    PearsonCorrelation, "pearson_correlation", Moments::pearson;

    /// How nearly outputs are their targets: Keras's `ConcordanceCorrelation`, from -1 to 1. Unlike
    /// [`PearsonCorrelation`] it falls where outputs are off by a factor or an offset.
    ///
    /// ```text
    /// c = 2 cov(y, t) / (var(y) + var(t) + (mean(y) - mean(t))^2 + 1e-7)
    /// ```
    ///
    /// As in Keras, the numbers that are compared are those of one sample; [`of_samples`](Self::of_samples) compares what an
    /// output is for all samples.
    ///
    /// Source: L. Lin, *A Concordance Correlation Coefficient to Evaluate Reproducibility*, 1989.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Given: f64 = Activation(1 -> 1, linear) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let given = Given::new(&mut StdRng::seed_from_u64(0));
    /// let mut trainer =
    ///     Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(ConcordanceCorrelation::new().of_samples());
    /// let scores = trainer.evaluate(&given, (&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0]))?;
    /// // off by 1, with variances of 2/3
    /// assert!(scores.metric("concordance_correlation").is_some_and(|c| (c - 4.0 / 7.0).abs() < 1e-6));
    /// # Ok(())
    /// # }
    /// ```
    ConcordanceCorrelation, "concordance_correlation", Moments::concordance;
}
