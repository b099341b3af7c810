//! How far outputs are from their targets, over all of an epoch.

use fearless_simd::Simd;
use libm::sqrt;

use super::{Direction, Mean, Metric, MetricState};
use crate::kernels::transpose::sum;
use crate::losses::{MeanSquaredError, OutputLoss};
use crate::scalar::Scalar;
use crate::tile::{Tile, VectorTargets};

/// `sqrt(mean((y - t)^2))`, the mean taken over all samples first: Keras's `RootMeanSquaredError`.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Given = Activation(1 -> 1, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(RootMeanSquaredError);
/// let scores = trainer.evaluate(&given, (&[1.0, 2.0], &[4.0, -1.0]))?;
/// assert_eq!(scores.metric("root_mean_squared_error"), Some(3.0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RootMeanSquaredError;

/// The mean of squares, whose root is the value.
#[derive(Clone, Copy, Debug, Default)]
pub struct RootMean<T: Scalar>(Mean<T>);

impl<T: Scalar> MetricState<T> for RootMean<T> {
    #[inline(always)]
    fn end_batch<S: Simd>(&mut self, simd: S, weight: f64) {
        self.0.end_batch(simd, weight);
    }

    fn value(&self) -> f64 {
        sqrt(self.0.value())
    }
}

impl<T: Scalar, Y: VectorTargets<T, N, Self>, const N: usize> Metric<T, Tile<T, N>, Y> for RootMeanSquaredError {
    type State = RootMean<T>;
    const NAME: &'static str = "root_mean_squared_error";
    const DIRECTION: Option<Direction> = Some(Direction::Down);

    #[inline(always)]
    fn update<S: Simd>(
        &self,
        simd: S,
        state: &mut RootMean<T>,
        outputs: &Tile<T, N>,
        targets: &Y,
        weights: T::Vector<S>,
    ) {
        state.0.add(simd, OutputLoss::value(&MeanSquaredError, simd, outputs, targets.vectors()), weights);
    }
}

/// The share of the variance of the targets that the outputs explain, `1 - sum((y - t)^2) / sum((t - mean(t))^2)`, its
/// mean over the outputs: Keras's `R2Score`. Of targets that are all the same it is 0.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Given = Activation(1 -> 1, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(R2Score);
/// let scores = trainer.evaluate(&given, (&[1.0, 2.0, 3.0], &[1.0, 2.0, 4.0]))?;
/// assert!(scores.metric("r2_score").is_some_and(|score| (score - 11.0 / 14.0).abs() < 1e-6));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct R2Score;

/// The sums of one output.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    targets: f64,
    squares: f64,
    residuals: f64,
}

/// The sums of all outputs.
#[derive(Clone, Copy, Debug)]
pub struct R2State<const N: usize> {
    sums: [Sums; N],
    samples: f64,
}

impl<const N: usize> Default for R2State<N> {
    fn default() -> Self {
        Self { sums: [Sums::default(); N], samples: 0.0 }
    }
}

impl<T: Scalar, const N: usize> MetricState<T> for R2State<N> {
    fn end_batch<S: Simd>(&mut self, _: S, _: f64) {}

    fn value(&self) -> f64 {
        let scores = self.sums.iter().map(|sums| {
            let variance = sums.squares - sums.targets * (sums.targets / self.samples);
            let score = 1.0 - sums.residuals / variance;
            // also of targets that are all the same and hit exactly
            let is_nothing = variance == 0.0 && sums.residuals == 0.0;
            if score.is_infinite() || is_nothing { 0.0 } else { score }
        });
        scores.sum::<f64>() / N as f64
    }
}

impl<T: Scalar, Y: VectorTargets<T, N, Self>, const N: usize> Metric<T, Tile<T, N>, Y> for R2Score {
    type State = R2State<N>;
    const NAME: &'static str = "r2_score";
    const DIRECTION: Option<Direction> = Some(Direction::Up);

    #[inline(always)]
    fn update<S: Simd>(
        &self,
        simd: S,
        state: &mut R2State<N>,
        outputs: &Tile<T, N>,
        targets: &Y,
        weights: T::Vector<S>,
    ) {
        let targets = targets.vectors();
        state.samples += sum::<T, S>(simd, weights).to_f64();
        for (i, sums) in state.sums.iter_mut().enumerate() {
            let t = targets.load(simd, i);
            let error = t - outputs.load(simd, i);
            let total = |x: T::Vector<S>| sum::<T, S>(simd, x * weights).to_f64();
            sums.targets += total(t);
            sums.squares += total(t * t);
            sums.residuals += total(error * error);
        }
    }
}
