use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{Optimizer, Step, Update, first_slot};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// A rate for each parameter that falls with the squares of all gradients so far.
///
/// ```text
/// a = a + gradient^2    which starts at 0.1
/// weight = weight - rate * gradient / sqrt(a + epsilon)
/// ```
///
/// Source: J. Duchi, E. Hazan, Y. Singer, *Adaptive Subgradient Methods for Online Learning and Stochastic
/// Optimization*, 2011.
///
/// ```
/// use typenet::prelude::*;
///
/// let optimizer = Adagrad::new(0.01);
/// assert_eq!(optimizer.learning_rate(7), 0.01);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adagrad<R = f64> {
    learning_rate: R,
    initial_accumulator_value: f64,
    epsilon: f64,
}

impl<R: Schedule> Adagrad<R> {
    /// Adagrad with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self { learning_rate, initial_accumulator_value: 0.1, epsilon: 1e-7 }
    }

    /// Where the sum of squares starts. Default: 0.1.
    #[must_use]
    pub const fn initial_accumulator_value(self, initial_accumulator_value: f64) -> Self {
        Self { initial_accumulator_value, ..self }
    }

    /// Keeps the quotient finite where no gradient has been. Default: 1e-7.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }
}

impl Default for Adagrad {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl<R: Schedule> Optimizer for Adagrad<R> {
    const SLOTS: usize = 1;
    const WHOLE: bool = true;
    const PARTS: bool = true;

    fn check(&self) -> Result<(), Error> {
        setting::check(
            "Adagrad",
            &[
                ("initial_accumulator_value", self.initial_accumulator_value, Must::NotNegative),
                ("epsilon", self.epsilon, Must::NotNegative),
            ],
        )
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration)
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, mut update: Update<'_, T>) {
        if step.iteration == 0 {
            first_slot(&mut update).fill(T::from_f64(self.initial_accumulator_value));
        }
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let (rate, epsilon) = (splat(step.learning_rate), splat(self.epsilon));
        update.each(
            simd,
            #[inline(always)]
            |w, g, [a]| {
                let a = g.mul_add(g, a);
                (w - g * rate / (a + epsilon).sqrt(), [a])
            },
        );
    }
}
