use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{Optimizer, Step, Update};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// Steps whose root mean square follows that of the steps before them.
///
/// ```text
/// a = rho * a + (1 - rho) * gradient^2
/// d = sqrt(b + epsilon) / sqrt(a + epsilon) * gradient
/// b = rho * b + (1 - rho) * d^2
/// weight = weight - rate * d
/// ```
///
/// The paper has no learning rate: `Adadelta::new(1.0)` is the paper's.
///
/// Source: M. Zeiler, *ADADELTA: An Adaptive Learning Rate Method*, 2012.
///
/// ```
/// use typenet::prelude::*;
///
/// let optimizer = Adadelta::new(1.0).rho(0.9);
/// assert_eq!(optimizer.learning_rate(7), 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adadelta<R = f64> {
    learning_rate: R,
    rho: f64,
    epsilon: f64,
}

impl<R: Schedule> Adadelta<R> {
    /// Adadelta with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self { learning_rate, rho: 0.95, epsilon: 1e-7 }
    }

    /// How much of the mean squares is kept in a step. Default: 0.95.
    #[must_use]
    pub const fn rho(self, rho: f64) -> Self {
        Self { rho, ..self }
    }

    /// Gets the first steps going. Default: 1e-7.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }
}

impl Default for Adadelta {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl<R: Schedule> Optimizer for Adadelta<R> {
    const SLOTS: usize = 2;

    fn check(&self) -> Result<(), Error> {
        setting::check("Adadelta", &[("rho", self.rho, Must::BelowOne), ("epsilon", self.epsilon, Must::NotNegative)])
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration)
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let (rate, epsilon) = (splat(-step.learning_rate), splat(self.epsilon));
        let (rho, rest) = (splat(self.rho), splat(1.0 - self.rho));
        update.each(
            simd,
            #[inline(always)]
            |w, g, [a, b]| {
                let a = a.mul_add(rho, g * g * rest);
                let d = (b + epsilon).sqrt() * g / (a + epsilon).sqrt();
                let b = b.mul_add(rho, d * d * rest);
                (d.mul_add(rate, w), [a, b])
            },
        );
    }
}
