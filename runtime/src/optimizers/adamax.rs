use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{OfStep, Optimizer, Step, Update};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// Adam with the largest recent gradient in place of the root mean square.
///
/// ```text
/// m = m + (1 - beta_1) * (gradient - m)
/// u = max(beta_2 * u, |gradient|)
/// weight = weight - rate / (1 - beta_1^t) * m / (u + epsilon)    t = iteration + 1
/// ```
///
/// Source: D. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization*, 2015, section 7.
///
/// ```
/// use typenet::prelude::*;
///
/// let optimizer = Adamax::new(0.001).beta_2(0.99);
/// assert_eq!(optimizer.learning_rate(7), 0.001);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adamax<R = f64> {
    learning_rate: R,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    of_step: OfStep<1, 1>,
}

impl<R: Schedule> Adamax<R> {
    /// Adamax with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self { learning_rate, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, of_step: OfStep::NONE }
    }

    /// How much of the mean is kept in a step. Default: 0.9.
    #[must_use]
    pub const fn beta_1(self, beta_1: f64) -> Self {
        Self { beta_1, ..self }
    }

    /// How much of the largest gradient is kept in a step. Default: 0.999.
    #[must_use]
    pub const fn beta_2(self, beta_2: f64) -> Self {
        Self { beta_2, ..self }
    }

    /// Keeps the quotient finite where no gradient has been. Default: 1e-7.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }
}

impl Default for Adamax {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl<R: Schedule> Optimizer for Adamax<R> {
    const SLOTS: usize = 2;

    fn check(&self) -> Result<(), Error> {
        setting::check(
            "Adamax",
            &[
                ("beta_1", self.beta_1, Must::BelowOne),
                ("beta_2", self.beta_2, Must::BelowOne),
                ("epsilon", self.epsilon, Must::NotNegative),
            ],
        )
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration)
    }

    fn begin(&mut self, step: Step) {
        let [power] = self.of_step.products(step, |[power]| *power *= self.beta_1);
        self.of_step.factors = [step.learning_rate / (1.0 - power)];
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, _: Step, update: Update<'_, T>) {
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let alpha = splat(self.of_step.factors[0]);
        let (rest_1, beta_2, epsilon) = (splat(1.0 - self.beta_1), splat(self.beta_2), splat(self.epsilon));
        update.each(
            simd,
            #[inline(always)]
            |w, g, [m, u]| {
                let m = (g - m).mul_add(rest_1, m);
                let u = (u * beta_2).max(g.abs());
                (w - m * alpha / (u + epsilon), [m, u])
            },
        );
    }
}
