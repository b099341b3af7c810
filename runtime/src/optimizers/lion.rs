use fearless_simd::{Select, Simd, SimdBase, SimdFloat};

use super::{Optimizer, Step, Update};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// Evolved sign momentum: every parameter moves by the learning rate, only the direction is learnt.
///
/// ```text
/// weight = weight - rate * sign(beta_1 * m + (1 - beta_1) * gradient)
/// m = beta_2 * m + (1 - beta_2) * gradient
/// ```
///
/// It wants a rate three to ten times as small as Adam's.
///
/// Source: X. Chen and others, *Symbolic Discovery of Optimization Algorithms*, 2023.
///
/// ```
/// use typenet::prelude::*;
///
/// let optimizer = Lion::new(0.0001).weight_decay(0.1);
/// assert_eq!(optimizer.learning_rate(7), 0.0001);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lion<R = f64> {
    learning_rate: R,
    beta_1: f64,
    beta_2: f64,
}

impl<R: Schedule> Lion<R> {
    /// Lion with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self { learning_rate, beta_1: 0.9, beta_2: 0.99 }
    }

    /// The share of the mean in the direction of a step. Default: 0.9.
    #[must_use]
    pub const fn beta_1(self, beta_1: f64) -> Self {
        Self { beta_1, ..self }
    }

    /// How much of the mean is kept in a step. Default: 0.99.
    #[must_use]
    pub const fn beta_2(self, beta_2: f64) -> Self {
        Self { beta_2, ..self }
    }
}

impl Default for Lion {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl<R: Schedule> Optimizer for Lion<R> {
    const SLOTS: usize = 1;

    fn check(&self) -> Result<(), Error> {
        setting::check("Lion", &[("beta_1", self.beta_1, Must::AboveZero), ("beta_2", self.beta_2, Must::Share)])
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration)
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let (rate, zero) = (splat(step.learning_rate), splat(0.0));
        let (beta_1, rest_1) = (splat(self.beta_1), splat(1.0 - self.beta_1));
        let (beta_2, rest_2) = (splat(self.beta_2), splat(1.0 - self.beta_2));
        update.each(
            simd,
            #[inline(always)]
            |w, g, [m]| {
                let direction = m.mul_add(beta_1, g * rest_1);
                let length = direction.simd_eq(zero).select(zero, rate);
                (w - length.copysign(direction), [m.mul_add(beta_2, g * rest_2)])
            },
        );
    }
}
