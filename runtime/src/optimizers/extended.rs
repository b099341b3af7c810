//! What every optimizer can be told.

use fearless_simd::Simd;

use super::clip::Clip;
use super::norm::scale;
use super::tensors::Layers;
use super::{Optimizer, Step, Update};
use crate::error::Error;
use crate::layers::LayerInfo;
use crate::scalar::Scalar;
use crate::setting::{self, Must};

/// An optimizer with what Keras gives to all of them. The methods of [`Optimizer`] make one; what is not asked for costs
/// nothing, and an optimizer that nothing is asked of is none of these.
///
/// Whatever the order of the calls, a step does, as in Keras,
/// 1. gathers the gradients of several batches, if told to, and goes on with their mean:
///    [`gradient_accumulation_steps`](Self::gradient_accumulation_steps);
/// 2. limits the gradient: [`clipvalue`](Self::clipvalue), [`clipnorm`](Self::clipnorm) or
///    [`global_clipnorm`](Self::global_clipnorm);
/// 3. moves the parameters, and takes a share of what they were away: [`weight_decay`](Self::weight_decay);
/// 4. follows them with a moving average: [`use_ema`](Self::use_ema).
///
/// ```
/// use typenet::prelude::*;
///
/// let optimizer = RmsProp::new(0.001).clipvalue(0.5).weight_decay(0.004).gradient_accumulation_steps(4);
/// assert_eq!(optimizer.learning_rate(7), 0.001);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extended<O, const EMA: bool = false> {
    optimizer: O,
    clip: Option<Clip>,
    weight_decay: f64,
    accumulation_steps: u64,
    ema_momentum: f64,
    ema_overwrite_frequency: Option<u64>,
    layers: Layers,
}

impl<O: Optimizer> Extended<O> {
    /// `optimizer` as it is.
    #[must_use]
    pub fn new(optimizer: O) -> Self {
        Self {
            optimizer,
            clip: None,
            weight_decay: 0.0,
            accumulation_steps: 1,
            ema_momentum: 0.0,
            ema_overwrite_frequency: None,
            layers: Layers(&[]),
        }
    }

    /// Follows the parameters with a moving average, `average = momentum * average + (1 - momentum) * weight`, which
    /// starts as the parameters after the first step, and puts it in their place after every `overwrite_frequency` steps,
    /// if there is one, and when a `fit` ends, as Keras. Remembers one more number of each parameter.
    ///
    /// ```
    /// use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Line = Dense(1 -> 1, bias = false, kernel_initializer = ones) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// # let rng = &mut StdRng::seed_from_u64(0);
    /// let mut line = Line::new(rng);
    /// // the gradient is `2 * weight`: the weight goes from 1 to 1/2 and 1/4
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.25).use_ema(0.5, None)).epochs(2);
    /// trainer.fit(&mut line, (&[1.0], &[0.0]), rng)?;
    /// assert_eq!(line.dense.kernel[0], 0.5 * 0.5 + 0.5 * 0.25);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Source: B. Polyak, A. Juditsky, *Acceleration of Stochastic Approximation by Averaging*, 1992.
    #[must_use]
    pub fn use_ema(self, momentum: f64, overwrite_frequency: impl Into<Option<u64>>) -> Extended<O, true> {
        let Self { optimizer, clip, weight_decay, accumulation_steps, layers, .. } = self;
        Extended {
            optimizer,
            clip,
            weight_decay,
            accumulation_steps,
            ema_momentum: momentum,
            ema_overwrite_frequency: overwrite_frequency.into(),
            layers,
        }
    }
}

impl<O: Optimizer, const EMA: bool> Extended<O, EMA> {
    /// Limits each number of the gradient to `[-limit, limit]`. Takes the place of a limit that was given before.
    #[must_use]
    pub fn clipvalue(self, limit: f64) -> Self {
        Self { clip: Some(Clip::Value(limit)), ..self }
    }

    /// Scales the gradient of each tensor, such as a kernel or a bias, by `limit / norm` where its Euclidean norm exceeds
    /// `limit`; the parameters of a layer of one's own that has no [`TENSORS`](crate::layers::Layer::TENSORS) are one
    /// tensor. Takes the place of a limit that was given before.
    #[must_use]
    pub fn clipnorm(self, limit: f64) -> Self {
        Self { clip: Some(Clip::Norm(limit)), ..self }
    }

    /// Scales the gradient by `limit / norm` where its Euclidean norm, over all parameters, exceeds `limit`. Takes the
    /// place of a limit that was given before.
    ///
    /// Source: R. Pascanu, T. Mikolov, Y. Bengio, *On the Difficulty of Training Recurrent Neural Networks*, 2013.
    #[must_use]
    pub fn global_clipnorm(self, limit: f64) -> Self {
        Self { clip: Some(Clip::GlobalNorm(limit)), ..self }
    }

    /// Takes `rate * weight_decay` of each parameter, as it was before the step, away in each step.
    ///
    /// [`Ftrl`](super::Ftrl), whose parameters do not start from where they were, has penalties of its own instead;
    /// [`Adafactor`](super::Adafactor), [`Lamb`](super::Lamb) and [`ScheduleFreeAdamW`](super::ScheduleFreeAdamW), which look at
    /// the parameters when they are less already, have a decay of their own.
    ///
    /// Source: I. Loshchilov, F. Hutter, *Decoupled Weight Decay Regularization*, 2019.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// Makes one step with the mean gradient of `steps` batches; the optimizer counts these steps, a schedule counts
    /// batches.
    #[must_use]
    pub fn gradient_accumulation_steps(self, steps: u64) -> Self {
        Self { accumulation_steps: steps.max(1), ..self }
    }

    /// Whether the parameters move in this step, and not only the gradient is gathered.
    const fn moves(&self, step: Step) -> bool {
        (step.iteration + 1).is_multiple_of(self.accumulation_steps)
    }

    /// Which step it is of those in which they move.
    const fn inner(&self, step: Step) -> Step {
        Step { iteration: step.iteration / self.accumulation_steps, ..step }
    }
}

impl<O: Optimizer, const EMA: bool> Optimizer for Extended<O, EMA> {
    const SLOTS: usize = O::SLOTS + EMA as usize;
    const WHOLE: bool = true;
    const PARTS: bool = O::PARTS;

    fn check(&self) -> Result<(), Error> {
        self.optimizer.check()?;
        self.clip.map_or(Ok(()), Clip::check)?;
        setting::check("use_ema", &[("momentum", self.ema_momentum, Must::Share)])?;
        setting::check("Extended", &[("weight_decay", self.weight_decay, Must::NotNegative)])
    }

    fn prepare(&mut self, layers: &'static [LayerInfo]) {
        self.layers = Layers(layers);
        self.optimizer.prepare(layers);
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.optimizer.learning_rate(iteration)
    }

    #[inline(always)]
    fn begin(&mut self, step: Step) {
        if self.moves(step) {
            self.optimizer.begin(self.inner(step));
        }
    }

    #[inline(always)]
    fn survey<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, gradient: &mut [T]) {
        if self.moves(step) {
            if self.accumulation_steps > 1 {
                scale(gradient, 1.0 / self.accumulation_steps as f64);
            }
            if let Some(clip) = self.clip {
                clip.limit(simd, self.layers.0, gradient);
            }
            self.optimizer.survey(simd, self.inner(step), gradient);
        }
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
        let Update { parameters, gradient, mut slots, previous, window, pitch, clear } = update;
        let average = if EMA { slots.cut_off(O::SLOTS, parameters.len()) } else { &mut [] };
        let iteration = self.inner(step).iteration;
        if self.moves(step) {
            let (parameters, previous) = (&mut *parameters, &mut *previous);
            let step = self.inner(step);
            let update = Update { parameters, slots, previous, gradient, window, pitch, clear };
            self.optimizer.update(simd, step, update);
            if self.weight_decay != 0.0 {
                let share = T::from_f64(-step.learning_rate * self.weight_decay);
                for (new, old) in parameters.iter_mut().zip(previous) {
                    *new += share * *old;
                }
            }
        } else {
            // the gradient stays, for the next batch to add to
            previous.copy_from_slice(parameters);
        }
        if EMA {
            let momentum = if iteration == 0 { 0.0 } else { self.ema_momentum };
            let (keep, rest) = (T::from_f64(momentum), T::from_f64(1.0 - momentum));
            let overwrite =
                self.ema_overwrite_frequency.is_some_and(|every| (iteration + 1).is_multiple_of(every.max(1)));
            for (average, w) in average.iter_mut().zip(parameters) {
                *average = keep * *average + rest * *w;
                if overwrite {
                    *w = *average;
                }
            }
        }
    }

    fn finalize<T: Scalar>(&self, parameters: &mut [T], slots: &[T]) {
        let (inner, own) = slots.split_at(slots.len() / Self::SLOTS.max(1) * O::SLOTS);
        self.optimizer.finalize(parameters, inner);
        if let Some(average) = own.get(..parameters.len()).filter(|_| EMA) {
            parameters.copy_from_slice(average);
        }
    }
}
