use fearless_simd::{Simd, SimdBase, SimdFloat};
use libm::sqrt;

use super::adam::{moments, quotient};
use super::norm::scale;
use super::orthogonal::{Iteration, orthogonal};
use super::tensors::{Layers, Tensor, walk};
use super::{OfStep, Optimizer, Step, Update};
use crate::error::Error;
use crate::kernels::flat::{load, store};
use crate::layers::LayerInfo;
use crate::layers::naming::Variable;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// Steps of kernels in which all directions count alike: momentum, made orthogonal. All other tensors take the steps of
/// [`AdamW`](super::AdamW).
///
/// ```text
/// of a kernel of i inputs and o outputs:
///     mean = momentum * mean + gradient
///     x = gradient + momentum * mean    with `nesterov`, else mean;   transposed, if i > o
///     x = x / (|x| + 1e-7)
///     x = a * x + (b * y + c * y^2) * x    `ns_steps` times, where y = x * transposed x
///     weight = (1 - rate * weight_decay) * weight - rate * sqrt(max(i, o)) * rms_rate * x
/// of all others: AdamW's step, with `rate * adam_lr_ratio` and `adam_weight_decay`
/// ```
///
/// The formula with the square, an iteration of Newton and Schulz, takes all singular values near to 1 without computing one. It
/// is meant for kernels between others: tell [`exclude_layers`](Self::exclude_layers) the last layer. Embeddings are excluded by
/// themselves, and so is what is no matrix, and what has no [`TENSORS`](crate::layers::Layer::TENSORS) in a layer of one's own.
///
/// A step sees the whole gradient, and one thread makes it. Of a kernel whose smaller side is `n` it takes as many
/// multiplications as `3 * n` to `5 * n` samples do, so that it is for large batches.
///
/// Source: K. Jordan and others, *Muon: An optimizer for hidden layers in neural networks*, 2024; for `rms_rate` J. Liu and others,
/// *Muon is Scalable for LLM Training*, 2025.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Turn = Dense(2 -> 2, bias = false, kernel_initializer = zeros) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut turn = Turn::new(rng);
/// let data = (&[[1.0, 0.0], [0.0, 1.0]], &[[0.0, 1000.0], [-1.0, 0.0]]);
/// Trainer::new(MeanSquaredError, Muon::new(1.0).rms_rate(None)).fit(&mut turn, data, rng)?;
/// // a quarter turn, nearly, though one target is a thousand times the other
/// let [step, other] = [turn.predict(&[1.0, 0.0])[1], -turn.predict(&[0.0, 1.0])[0]];
/// assert!(step > 0.6 && step < 1.3 && other > 0.3 && other < 1.3, "{step} {other}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Muon<R = f64> {
    learning_rate: R,
    adam_beta_1: f64,
    adam_beta_2: f64,
    adam_weight_decay: f64,
    adam_lr_ratio: f64,
    epsilon: f64,
    weight_decay: f64,
    exclude_layers: &'static [&'static str],
    exclude_embeddings: bool,
    momentum: f64,
    iteration: Iteration,
    nesterov: bool,
    rms_rate: Option<f64>,
    of_step: OfStep<2, 1>,
    layers: Layers,
}

impl<R: Schedule> Muon<R> {
    /// Muon with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self {
            learning_rate,
            adam_beta_1: 0.9,
            adam_beta_2: 0.999,
            adam_weight_decay: 0.004,
            adam_lr_ratio: 1.0,
            epsilon: 1e-7,
            weight_decay: 0.004,
            exclude_layers: &[],
            exclude_embeddings: true,
            momentum: 0.95,
            iteration: Iteration { a: 3.4445, b: -4.775, c: 2.0315, steps: 5 },
            nesterov: true,
            rms_rate: Some(0.2),
            of_step: OfStep::NONE,
            layers: Layers(&[]),
        }
    }

    /// Lets the layers with these labels, and those within them, take the steps of `AdamW`. Default: none.
    ///
    /// ```
    /// use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Net = Dense(2 -> 8, tanh), Dense(8 -> 8, tanh), output: Dense(1) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let mut trainer = Trainer::new(MeanSquaredError, Muon::new(0.01).exclude_layers(&["output"]));
    /// let mut net = Net::new(&mut StdRng::seed_from_u64(0));
    /// trainer.train_on_batch(&mut net, (&[[1.0, 0.5]], &[0.25]))?;
    ///
    /// let mut trainer = Trainer::new(MeanSquaredError, Muon::new(0.01).exclude_layers(&["outputs"]));
    /// let error = trainer.train_on_batch(&mut net, (&[[1.0, 0.5]], &[0.25])).unwrap_err();
    /// assert_eq!(error.to_string(), "`Muon` was told of layer `outputs`, but no layer has this label");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn exclude_layers(self, exclude_layers: &'static [&'static str]) -> Self {
        Self { exclude_layers, ..self }
    }

    /// Whether the tables of embeddings take the steps of `AdamW`. Default: true.
    #[must_use]
    pub const fn exclude_embeddings(self, exclude_embeddings: bool) -> Self {
        Self { exclude_embeddings, ..self }
    }

    /// How much of the mean is kept in a step of a kernel. Default: 0.95.
    #[must_use]
    pub const fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// Whether a kernel's step looks ahead. Default: true.
    #[must_use]
    pub const fn nesterov(self, nesterov: bool) -> Self {
        Self { nesterov, ..self }
    }

    /// How often the iteration is made. Default: 5.
    #[must_use]
    pub const fn ns_steps(self, ns_steps: u32) -> Self {
        Self { iteration: Iteration { steps: ns_steps, ..self.iteration }, ..self }
    }

    /// The iteration's `a`. Default: 3.4445.
    #[must_use]
    pub const fn muon_a(self, muon_a: f64) -> Self {
        Self { iteration: Iteration { a: muon_a, ..self.iteration }, ..self }
    }

    /// The iteration's `b`. Default: -4.775.
    #[must_use]
    pub const fn muon_b(self, muon_b: f64) -> Self {
        Self { iteration: Iteration { b: muon_b, ..self.iteration }, ..self }
    }

    /// The iteration's `c`. Default: 2.0315.
    #[must_use]
    pub const fn muon_c(self, muon_c: f64) -> Self {
        Self { iteration: Iteration { c: muon_c, ..self.iteration }, ..self }
    }

    /// About the root mean square of a kernel's step, times the learning rate, so that rates and decays for Adam suit; with
    /// `None` a step is not made longer for larger kernels. Default: 0.2.
    #[must_use]
    pub fn rms_rate(self, rms_rate: impl Into<Option<f64>>) -> Self {
        Self { rms_rate: rms_rate.into(), ..self }
    }

    /// How much of each number of a kernel is taken away in a step, times the learning rate. Default: 0.004.
    #[must_use]
    pub const fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// The same of all other tensors. Default: 0.004.
    #[must_use]
    pub const fn adam_weight_decay(self, adam_weight_decay: f64) -> Self {
        Self { adam_weight_decay, ..self }
    }

    /// The learning rate of all other tensors, as a multiple of that of kernels. Default: 1.
    #[must_use]
    pub const fn adam_lr_ratio(self, adam_lr_ratio: f64) -> Self {
        Self { adam_lr_ratio, ..self }
    }

    /// See [`Adam::beta_1`](super::Adam::beta_1).
    #[must_use]
    pub const fn adam_beta_1(self, adam_beta_1: f64) -> Self {
        Self { adam_beta_1, ..self }
    }

    /// See [`Adam::beta_2`](super::Adam::beta_2).
    #[must_use]
    pub const fn adam_beta_2(self, adam_beta_2: f64) -> Self {
        Self { adam_beta_2, ..self }
    }

    /// See [`Adam::epsilon`](super::Adam::epsilon).
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// The sides of a tensor whose steps are made orthogonal.
    fn sides(&self, variable: &Variable) -> Option<[usize; 2]> {
        let &[rows, columns] = variable.shape else { return None };
        let is_table = self.exclude_embeddings && variable.name == "embeddings";
        let excluded = is_table || self.exclude_layers.iter().any(|label| variable.path.passes(label));
        (!excluded).then_some([rows, columns])
    }

    /// Replaces the gradient of a tensor by Adam's step.
    #[inline(always)]
    fn turn<T: Scalar, S: Simd>(&self, simd: S, gradient: &mut [T], [means, mean_squares]: [&mut [T]; 2]) {
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let (rests, epsilon) = ([splat(1.0 - self.adam_beta_1), splat(1.0 - self.adam_beta_2)], splat(self.epsilon));
        let chunks = means.chunks_mut(T::LANES).zip(mean_squares.chunks_mut(T::LANES));
        for (gradient, (mean, square)) in gradient.chunks_mut(T::LANES).zip(chunks) {
            let old = [load::<T, S>(simd, mean), load::<T, S>(simd, square)];
            let [m, v] = moments(load::<T, S>(simd, gradient), old, rests);
            store::<T, S>(m, mean);
            store::<T, S>(v, square);
            store::<T, S>(quotient(m, v, epsilon), gradient);
        }
    }

    /// Replaces the gradient of a kernel by what is to be made orthogonal.
    #[inline(always)]
    fn gain<T: Scalar, S: Simd>(&self, simd: S, gradient: &mut [T], means: &mut [T]) {
        let momentum = T::Vector::<S>::splat(simd, T::from_f64(self.momentum));
        for (gradient, mean) in gradient.chunks_mut(T::LANES).zip(means.chunks_mut(T::LANES)) {
            let g = load::<T, S>(simd, gradient);
            let m = load::<T, S>(simd, mean).mul_add(momentum, g);
            store::<T, S>(m, mean);
            store::<T, S>(if self.nesterov { m.mul_add(momentum, g) } else { m }, gradient);
        }
    }
}

impl Default for Muon {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl<R: Schedule> Optimizer for Muon<R> {
    const SLOTS: usize = 2;
    const WHOLE: bool = true;
    const PARTS: bool = false;

    fn prepare(&mut self, layers: &'static [LayerInfo]) {
        self.layers = Layers(layers);
    }

    fn check(&self) -> Result<(), Error> {
        self.layers.check_labels("Muon", self.exclude_layers)?;
        setting::check(
            "Muon",
            &[
                ("adam_beta_1", self.adam_beta_1, Must::BelowOne),
                ("adam_beta_2", self.adam_beta_2, Must::BelowOne),
                ("adam_weight_decay", self.adam_weight_decay, Must::NotNegative),
                ("adam_lr_ratio", self.adam_lr_ratio, Must::NotNegative),
                ("epsilon", self.epsilon, Must::NotNegative),
                ("weight_decay", self.weight_decay, Must::NotNegative),
                ("muon_a", self.iteration.a, Must::Finite),
                ("muon_b", self.iteration.b, Must::Finite),
                ("muon_c", self.iteration.c, Must::Finite),
                ("momentum", self.momentum, Must::BelowOne),
                ("rms_rate", self.rms_rate.unwrap_or_default(), Must::NotNegative),
            ],
        )
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration)
    }

    fn begin(&mut self, step: Step) {
        let Self { adam_beta_1, adam_beta_2, adam_lr_ratio, of_step, .. } = self;
        let [power_1, power_2] = of_step.products(step, |[power_1, power_2]| {
            *power_1 *= *adam_beta_1;
            *power_2 *= *adam_beta_2;
        });
        of_step.factors = [step.learning_rate * *adam_lr_ratio * sqrt(1.0 - power_2) / (1.0 - power_1)];
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
        let rate = step.learning_rate;
        self.layers.each(
            update,
            #[inline(always)]
            |variable, Tensor { weights, before, gradient, slots: [means, second] }| {
                let (step, length, decay) = if let Some([rows, columns]) = self.sides(variable) {
                    self.gain(simd, gradient, means);
                    // the weights stand in `before`
                    orthogonal(simd, [rows, columns], self.iteration, [gradient, weights, &mut *second]);
                    let length = self.rms_rate.map_or(1.0, |rms| rms * sqrt(rows.max(columns) as f64));
                    (&*second, rate * length, self.weight_decay)
                } else {
                    self.turn(simd, gradient, [means, second]);
                    let [alpha] = self.of_step.factors;
                    (&*gradient, alpha, self.adam_weight_decay)
                };
                weights.copy_from_slice(before);
                scale(weights, 1.0 - rate * decay);
                walk(simd, weights, step, length);
            },
        );
    }
}
