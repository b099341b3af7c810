use fearless_simd::{Simd, SimdBase, SimdFloat};
use libm::sqrt;

use super::adam::moments;
use super::norm::{scale, squares};
use super::tensors::{Layers, Tensor, walk};
use super::{OfStep, Optimizer, Step, Update};
use crate::error::Error;
use crate::kernels::flat::{load, store};
use crate::layers::LayerInfo;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// [`Adam`](super::Adam) whose steps are as long, tensor by tensor, as the rate times what is moved, for batches so large that
/// they allow large rates.
///
/// ```text
/// mean   = mean   + (gradient - mean) * (1 - beta_1)
/// square = square + (gradient^2 - square) * (1 - beta_2)
/// step = mean / (1 - beta_1^t) / (sqrt(square / (1 - beta_2^t)) + epsilon)
/// weight = weight - rate * |weight| / |step| * step        t counts steps from 1
/// ```
///
/// The norms `|weight|` and `|step|` are those of a tensor, such as a kernel or a bias; where one of them is 0, their quotient
/// is 1. The parameters of a layer of one's own that has no [`TENSORS`](crate::layers::Layer::TENSORS) are one tensor. A step
/// sees the whole gradient, and one thread makes it.
///
/// Source: Y. You and others, *Large Batch Optimization for Deep Learning: Training BERT in 76 Minutes*, 2020, in Keras's form.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1, bias = false, kernel_initializer = constant(2.0)) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// Trainer::new(MeanSquaredError, Lamb::new(0.125)).fit(&mut line, (&[1.0], &[0.0]), rng)?;
/// // an eighth of the weight away, whatever the gradient
/// assert!((line.dense.kernel[0] - 1.75).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lamb<R = f64> {
    learning_rate: R,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    weight_decay: f64,
    of_step: OfStep<2, 2>,
    layers: Layers,
}

impl<R: Schedule> Lamb<R> {
    /// Lamb with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self {
            learning_rate,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            weight_decay: 0.0,
            of_step: OfStep::NONE,
            layers: Layers(&[]),
        }
    }

    /// How much of the mean is kept in a step. Default: 0.9.
    #[must_use]
    pub const fn beta_1(self, beta_1: f64) -> Self {
        Self { beta_1, ..self }
    }

    /// How much of the mean square is kept in a step. Default: 0.999.
    #[must_use]
    pub const fn beta_2(self, beta_2: f64) -> Self {
        Self { beta_2, ..self }
    }

    /// Keeps the quotient finite where no gradient has been. Default: 1e-7.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// Takes `rate * weight_decay` of each parameter away, before the step measures them. Default: 0.
    #[must_use]
    pub const fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// Replaces the gradient of a tensor by Adam's step.
    #[inline(always)]
    fn turn<T: Scalar, S: Simd>(&self, simd: S, gradient: &mut [T], means: &mut [T], mean_squares: &mut [T]) {
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let [per_mean, per_square] = self.of_step.factors.map(splat);
        let (rests, epsilon) = ([splat(1.0 - self.beta_1), splat(1.0 - self.beta_2)], splat(self.epsilon));
        let chunks = means.chunks_mut(T::LANES).zip(mean_squares.chunks_mut(T::LANES));
        for (gradient, (mean, square)) in gradient.chunks_mut(T::LANES).zip(chunks) {
            let old = [load::<T, S>(simd, mean), load::<T, S>(simd, square)];
            let [m, v] = moments(load::<T, S>(simd, gradient), old, rests);
            store::<T, S>(m, mean);
            store::<T, S>(v, square);
            store::<T, S>(m * per_mean / ((v * per_square).sqrt() + epsilon), gradient);
        }
    }
}

impl Default for Lamb {
    fn default() -> Self {
        Self::new(0.001)
    }
}

/// How long a step has to be, given the squares of two norms.
fn quotient(of_weights: f64, of_step: f64) -> f64 {
    if of_weights > 0.0 && of_step > 0.0 { sqrt(of_weights) / sqrt(of_step) } else { 1.0 }
}

impl<R: Schedule> Optimizer for Lamb<R> {
    const SLOTS: usize = 2;
    const WHOLE: bool = true;
    const PARTS: bool = false;

    fn prepare(&mut self, layers: &'static [LayerInfo]) {
        self.layers = Layers(layers);
    }

    fn check(&self) -> Result<(), Error> {
        setting::check(
            "Lamb",
            &[
                ("beta_1", self.beta_1, Must::BelowOne),
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
        let Self { beta_1, beta_2, of_step, .. } = self;
        let [power_1, power_2] = of_step.products(step, |[power_1, power_2]| {
            *power_1 *= *beta_1;
            *power_2 *= *beta_2;
        });
        of_step.factors = [1.0 / (1.0 - power_1), 1.0 / (1.0 - power_2)];
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
        self.layers.each(
            update,
            #[inline(always)]
            |_, Tensor { weights, gradient, slots: [means, mean_squares], .. }| {
                if self.weight_decay != 0.0 {
                    scale(weights, 1.0 - step.learning_rate * self.weight_decay);
                }
                self.turn(simd, gradient, means, mean_squares);
                let length = step.learning_rate * quotient(squares(simd, weights), squares(simd, gradient));
                walk(simd, weights, gradient, length);
            },
        );
    }
}
