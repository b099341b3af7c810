use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{Optimizer, Step, Update};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// Stochastic gradient descent with momentum, Nesterov momentum and decay.
///
/// ```text
/// rate     = learning_rate / (1 + decay * iteration)
/// velocity = momentum * velocity - rate * gradient
/// weight   = weight + velocity                                  plain momentum
/// weight   = weight + momentum * velocity - rate * gradient     Nesterov
/// ```
///
/// This is Keras's form. That of `PyTorch` multiplies the whole velocity by the rate, which differs when the rate changes.
///
/// Source: I. Sutskever and others, *On the Importance of Initialization and Momentum in Deep Learning*, 2013.
///
/// ```
/// use typenet::prelude::*;
///
/// let optimizer = Sgd::new(0.01).momentum(0.99).decay(0.001);
/// assert_eq!(optimizer.learning_rate(0), 0.01);
/// assert_eq!(optimizer.learning_rate(1000), 0.005);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd<R = f64> {
    learning_rate: R,
    momentum: f64,
    decay: f64,
    nesterov: bool,
}

impl<R: Schedule> Sgd<R> {
    /// Gradient descent with this learning rate or schedule (Keras's default is 0.01), without momentum.
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self { learning_rate, momentum: 0.0, decay: 0.0, nesterov: false }
    }

    /// How much of the last step's velocity is kept, from 0 to 1.
    #[must_use]
    pub const fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// How fast the learning rate falls: it is halved after `1 / decay` batches.
    #[must_use]
    pub const fn decay(self, decay: f64) -> Self {
        Self { decay, ..self }
    }

    /// Looks ahead: takes the gradient's step from where the momentum leads.
    #[must_use]
    pub const fn nesterov(self) -> Self {
        Self { nesterov: true, ..self }
    }
}

impl Default for Sgd {
    fn default() -> Self {
        Self::new(0.01)
    }
}

impl<R: Schedule> Optimizer for Sgd<R> {
    const SLOTS: usize = 1;

    fn check(&self) -> Result<(), Error> {
        setting::check("Sgd", &[("momentum", self.momentum, Must::Share), ("decay", self.decay, Must::NotNegative)])
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration) / (1.0 + self.decay * iteration as f64)
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
        let rate = T::Vector::<S>::splat(simd, T::from_f64(-step.learning_rate));
        let momentum = T::Vector::<S>::splat(simd, T::from_f64(self.momentum));
        if self.nesterov {
            update.each(
                simd,
                #[inline(always)]
                |w, g, [v]| {
                    let step = g * rate;
                    let v = v.mul_add(momentum, step);
                    (v.mul_add(momentum, w + step), [v])
                },
            );
        } else {
            update.each(
                simd,
                #[inline(always)]
                |w, g, [v]| {
                    let v = v.mul_add(momentum, g * rate);
                    (w + v, [v])
                },
            );
        }
    }
}
