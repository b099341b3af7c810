use fearless_simd::{Simd, SimdBase, SimdFloat};
use libm::{pow, sqrt};

use super::norm::{scale, squares};
use super::tensors::{Layers, Tensor, walk};
use super::{Optimizer, Step, Update};
use crate::error::Error;
use crate::kernels::flat::{load, store};
use crate::layers::LayerInfo;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// Steps in proportion to the weights, divided by root mean squares that a kernel has one of for each row and each column.
///
/// ```text
/// rate_t = min(rate, 1 / sqrt(t))                      t counts steps from 1
/// beta   = 1 - t^beta_2_decay
/// square = gradient^2 + epsilon_1
/// of a kernel, and whatever else has rows and columns:
///     r = beta * r + (1 - beta) * mean of square, of each row
///     c = beta * c + (1 - beta) * mean of square, of each column
///     v = r / mean(r) * c
/// of a bias: v = beta * v + (1 - beta) * square
/// step   = gradient / sqrt(v)
/// weight = weight - rate_t * max(epsilon_2, rms(weight)) / max(1, rms(step) / clip_threshold) * step
/// ```
///
/// `rms` is the root of the mean square of a tensor. A row is that of an input, as in Keras's kernels. The parameters of a layer
/// of one's own that has no [`TENSORS`](crate::layers::Layer::TENSORS) go as a bias does. A step sees the whole gradient, and
/// one thread makes it.
///
/// Keras's `relative_step` is not here, as it changes nothing: the rate is never above `1 / sqrt(t)` there either. Nor does it
/// save as much memory as there: it remembers one number of each parameter, where [`Adam`](super::Adam) remembers two.
///
/// Source: N. Shazeer, M. Stern, *Adafactor: Adaptive Learning Rates with Sublinear Memory Cost*, 2018, in Keras's form.
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
/// Trainer::new(MeanSquaredError, Adafactor::new(0.125)).fit(&mut line, (&[1.0], &[0.0]), rng)?;
/// // an eighth of the weight away, whatever the gradient
/// assert!((line.dense.kernel[0] - 1.75).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adafactor<R = f64> {
    learning_rate: R,
    beta_2_decay: f64,
    epsilon_1: f64,
    epsilon_2: f64,
    clip_threshold: f64,
    weight_decay: f64,
    layers: Layers,
}

impl<R: Schedule> Adafactor<R> {
    /// Adafactor with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self {
            learning_rate,
            beta_2_decay: -0.8,
            epsilon_1: 1e-30,
            epsilon_2: 1e-3,
            clip_threshold: 1.0,
            weight_decay: 0.0,
            layers: Layers(&[]),
        }
    }

    /// How fast `beta`, the share of the mean squares that is kept in a step, comes near to 1. Default: -0.8.
    #[must_use]
    pub const fn beta_2_decay(self, beta_2_decay: f64) -> Self {
        Self { beta_2_decay, ..self }
    }

    /// What is added to the squares, so that they are not 0. Default: 1e-30.
    #[must_use]
    pub const fn epsilon_1(self, epsilon_1: f64) -> Self {
        Self { epsilon_1, ..self }
    }

    /// What a tensor near 0 moves by, times the learning rate. Default: 0.001.
    #[must_use]
    pub const fn epsilon_2(self, epsilon_2: f64) -> Self {
        Self { epsilon_2, ..self }
    }

    /// The root mean square that the step of a tensor has at most, before it is multiplied. Default: 1.
    #[must_use]
    pub const fn clip_threshold(self, clip_threshold: f64) -> Self {
        Self { clip_threshold, ..self }
    }

    /// Takes `rate * weight_decay` of each parameter away, before the step measures them. Default: 0.
    #[must_use]
    pub const fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// Replaces the gradient of a vector by its quotient.
    #[inline(always)]
    fn divide<T: Scalar, S: Simd>(&self, simd: S, beta: f64, gradient: &mut [T], mean_squares: &mut [T]) {
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let (keep, rest, epsilon) = (splat(beta), splat(1.0 - beta), splat(self.epsilon_1));
        for (gradient, mean) in gradient.chunks_mut(T::LANES).zip(mean_squares.chunks_mut(T::LANES)) {
            let g = load::<T, S>(simd, gradient);
            let v = load::<T, S>(simd, mean).mul_add(keep, g.mul_add(g, epsilon) * rest);
            store::<T, S>(v, mean);
            store::<T, S>(g / v.sqrt(), gradient);
        }
    }

    /// Replaces the gradient of a matrix by its quotient. What is remembered begins with the mean squares of the columns; those
    /// of the rows follow, and there is room for more.
    #[inline(always)]
    fn divide_matrix<T: Scalar, S: Simd>(
        &self,
        simd: S,
        beta: f64,
        columns: usize,
        gradient: &mut [T],
        mean_squares: &mut [T],
    ) {
        let rows = (gradient.len() / columns) as f64;
        let (of_columns, of_rows) = mean_squares.split_at_mut(columns.min(mean_squares.len()));
        let added = T::from_f64((1.0 - beta) * self.epsilon_1);
        scale(of_columns, beta);
        for mean in &mut *of_columns {
            *mean += added;
        }
        let (mut sum, share) = (0.0, T::Vector::<S>::splat(simd, T::from_f64((1.0 - beta) / rows)));
        for (row, mean) in gradient.chunks(columns).zip(&mut *of_rows) {
            let square = squares(simd, row) / columns as f64 + self.epsilon_1;
            *mean = T::from_f64(beta * mean.to_f64() + (1.0 - beta) * square);
            sum += mean.to_f64();
            for (gradient, mean) in row.chunks(T::LANES).zip(of_columns.chunks_mut(T::LANES)) {
                let g = load::<T, S>(simd, gradient);
                store::<T, S>((g * g).mul_add(share, load(simd, mean)), mean);
            }
        }
        for (row, mean) in gradient.chunks_mut(columns).zip(of_rows) {
            let share = T::Vector::<S>::splat(simd, T::from_f64(mean.to_f64() / (sum / rows)));
            for (gradient, mean) in row.chunks_mut(T::LANES).zip(of_columns.chunks(T::LANES)) {
                let v = load::<T, S>(simd, mean) * share;
                store::<T, S>(load::<T, S>(simd, gradient) / v.sqrt(), gradient);
            }
        }
    }
}

impl Default for Adafactor {
    fn default() -> Self {
        Self::new(0.001)
    }
}

/// The root of the mean square.
#[inline(always)]
fn rms<T: Scalar, S: Simd>(simd: S, numbers: &[T]) -> f64 {
    sqrt(squares(simd, numbers) / numbers.len() as f64)
}

impl<R: Schedule> Optimizer for Adafactor<R> {
    const SLOTS: usize = 1;
    const WHOLE: bool = true;
    const PARTS: bool = false;

    fn prepare(&mut self, layers: &'static [LayerInfo]) {
        self.layers = Layers(layers);
    }

    fn check(&self) -> Result<(), Error> {
        setting::check(
            "Adafactor",
            &[
                ("beta_2_decay", self.beta_2_decay, Must::NotPositive),
                ("epsilon_1", self.epsilon_1, Must::NotNegative),
                ("epsilon_2", self.epsilon_2, Must::NotNegative),
                ("clip_threshold", self.clip_threshold, Must::NotNegative),
                ("weight_decay", self.weight_decay, Must::NotNegative),
            ],
        )
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration)
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
        let t = (step.iteration + 1) as f64;
        let (rate, beta) = (step.learning_rate.min(1.0 / sqrt(t)), 1.0 - pow(t, self.beta_2_decay));
        self.layers.each(
            update,
            #[inline(always)]
            |variable, Tensor { weights, gradient, slots: [mean_squares], .. }| {
                if self.weight_decay != 0.0 {
                    scale(weights, 1.0 - step.learning_rate * self.weight_decay);
                }
                let length = rate * self.epsilon_2.max(rms(simd, weights));
                match *variable.shape {
                    // of one row or column, the mean squares of the others are all that counts
                    [.., rows, columns] if rows > 1 && columns > 1 => {
                        let matrices = gradient.chunks_mut(rows * columns);
                        for (gradient, mean_squares) in matrices.zip(mean_squares.chunks_mut(rows * columns)) {
                            self.divide_matrix(simd, beta, columns, gradient, mean_squares);
                        }
                    }
                    _ => self.divide(simd, beta, gradient, mean_squares),
                }
                let too_long = (rms(simd, gradient) / self.clip_threshold).max(1.0);
                walk(simd, weights, gradient, length / too_long);
            },
        );
    }
}
