use fearless_simd::Simd;

use super::{Adam, Optimizer, Step, Update};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// [`Adam`] with decoupled weight decay: each step first takes `rate * weight_decay` of each parameter away.
///
/// ```text
/// weight = weight - rate * weight_decay * weight
/// ```
///
/// [`Optimizer::weight_decay`] does the same to every optimizer; here it is part of the one pass over the parameters.
///
/// Source: I. Loshchilov, F. Hutter, *Decoupled Weight Decay Regularization*, 2019.
///
/// ```
/// use typenet::prelude::*;
///
/// let optimizer = AdamW::new(0.001).weight_decay(0.01);
/// assert_eq!(optimizer.learning_rate(7), 0.001);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW<R = f64, const AMSGRAD: bool = false> {
    adam: Adam<R, AMSGRAD>,
    weight_decay: f64,
}

impl<R: Schedule> AdamW<R> {
    /// `AdamW` with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self { adam: Adam::new(learning_rate), weight_decay: 0.004 }
    }

    /// See [`Adam::amsgrad`].
    #[must_use]
    pub const fn amsgrad(self) -> AdamW<R, true> {
        AdamW { adam: self.adam.amsgrad(), weight_decay: self.weight_decay }
    }
}

impl<R: Schedule, const AMSGRAD: bool> AdamW<R, AMSGRAD> {
    /// How much of each parameter is taken away in a step, times the learning rate. Default: 0.004.
    #[must_use]
    pub const fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// See [`Adam::beta_1`].
    #[must_use]
    pub const fn beta_1(self, beta_1: f64) -> Self {
        Self { adam: self.adam.beta_1(beta_1), ..self }
    }

    /// See [`Adam::beta_2`].
    #[must_use]
    pub const fn beta_2(self, beta_2: f64) -> Self {
        Self { adam: self.adam.beta_2(beta_2), ..self }
    }

    /// See [`Adam::epsilon`].
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { adam: self.adam.epsilon(epsilon), ..self }
    }
}

impl Default for AdamW {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl<R: Schedule, const AMSGRAD: bool> Optimizer for AdamW<R, AMSGRAD> {
    const SLOTS: usize = Adam::<R, AMSGRAD>::SLOTS;

    fn check(&self) -> Result<(), Error> {
        self.adam.check_as("AdamW")?;
        setting::check("AdamW", &[("weight_decay", self.weight_decay, Must::NotNegative)])
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.adam.learning_rate(iteration)
    }

    fn begin(&mut self, step: Step) {
        self.adam.begin(step);
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
        self.adam.step(simd, 1.0 - step.learning_rate * self.weight_decay, update);
    }
}
