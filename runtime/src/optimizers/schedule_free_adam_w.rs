use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{OfStep, Optimizer, Step, Update};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// [`AdamW`](super::AdamW) whose rate need not fall: gradients are taken between the point that they move and the mean of all
/// points so far, which stands still in the end.
///
/// ```text
/// square = square + (gradient^2 - square) * (1 - beta_2)
/// point = point - rate * gradient / (sqrt(square / (1 - beta_2^t)) + epsilon)
/// mean = mean + (point - mean) / t
/// weight = beta_1 * mean + (1 - beta_1) * point        t counts steps from 1
/// ```
///
/// Point and mean start as the weights. What is remembered of each parameter is its point and its square; the mean follows from
/// the point and the weight. As in Keras the network's weights are those that gradients are taken at, also after training.
///
/// Source: A. Defazio and others, *The Road Less Scheduled*, 2024.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Line: f64 = Dense(1 -> 1, bias = false, kernel_initializer = ones) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// let mut trainer = Trainer::new(MeanSquaredError, ScheduleFreeAdamW::new(0.5).warmup_steps(4));
/// trainer.train_on_batch(&mut line, (&[1.0], &[0.0]))?;
/// // a quarter of the rate
/// assert!((line.dense.kernel[0] - 0.875).abs() < 1e-8);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScheduleFreeAdamW<R = f64> {
    learning_rate: R,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    warmup_steps: u64,
    weight_decay: f64,
    of_step: OfStep<1, 1>,
}

impl<R: Schedule> ScheduleFreeAdamW<R> {
    /// The optimizer with this learning rate or schedule (Keras's default is 0.0025).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self {
            learning_rate,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            warmup_steps: 0,
            weight_decay: 0.0,
            of_step: OfStep::NONE,
        }
    }

    /// Where gradients are taken: at the point that they move (0), at the mean (1), or between. Default: 0.9.
    #[must_use]
    pub const fn beta_1(self, beta_1: f64) -> Self {
        Self { beta_1, ..self }
    }

    /// How much of the mean square is kept in a step. Default: 0.999.
    #[must_use]
    pub const fn beta_2(self, beta_2: f64) -> Self {
        Self { beta_2, ..self }
    }

    /// Keeps the quotient finite where no gradient has been. Default: 1e-8.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// In so many steps the rate grows to what it is said to be. Default: 0.
    #[must_use]
    pub const fn warmup_steps(self, warmup_steps: u64) -> Self {
        Self { warmup_steps, ..self }
    }

    /// Takes `rate * weight_decay` of each parameter away before the step. Default: 0.
    #[must_use]
    pub const fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }
}

impl Default for ScheduleFreeAdamW {
    fn default() -> Self {
        Self::new(0.0025)
    }
}

impl<R: Schedule> Optimizer for ScheduleFreeAdamW<R> {
    const SLOTS: usize = 2;

    fn check(&self) -> Result<(), Error> {
        setting::check(
            "ScheduleFreeAdamW",
            &[
                ("beta_1", self.beta_1, Must::Share),
                ("beta_2", self.beta_2, Must::BelowOne),
                ("epsilon", self.epsilon, Must::NotNegative),
                ("weight_decay", self.weight_decay, Must::NotNegative),
            ],
        )
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration)
    }

    fn begin(&mut self, step: Step) {
        let Self { beta_2, of_step, .. } = self;
        let [power] = of_step.products(step, |[power]| *power *= *beta_2);
        of_step.factors = [1.0 / (1.0 - power)];
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let steps = (step.iteration + 1) as f64;
        let warm = if self.warmup_steps > 0 { (steps / self.warmup_steps as f64).min(1.0) } else { 1.0 };
        let [per_square] = self.of_step.factors.map(splat);
        let (rate, rest, epsilon) = (splat(step.learning_rate * warm), splat(1.0 - self.beta_2), splat(self.epsilon));
        let keep = splat(1.0 - step.learning_rate * self.weight_decay);
        // beta_1 * mean is what the weight has beyond its share of the point, so that nothing is divided by beta_1
        let old_share = splat(1.0 - self.beta_1);
        let mean_share = splat(1.0 - 1.0 / steps);
        let new_share = splat(1.0 - self.beta_1 + self.beta_1 / steps);
        // 1 in the first step, when the point is the weight, else 0
        let first = splat(if step.iteration == 0 { 1.0 } else { 0.0 });
        update.each(
            simd,
            #[inline(always)]
            |w, g, [z, v]| {
                let z = w.mul_add(first, z);
                let v = g.mul_add(g, -v).mul_add(rest, v);
                let point = z - rate * g / ((v * per_square).sqrt() + epsilon);
                let mean = w * keep - z * old_share;
                (mean.mul_add(mean_share, point * new_share), [point, v])
            },
        );
    }
}
