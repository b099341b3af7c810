use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{OfStep, Optimizer, Step, Update};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// What is left, with each step, of what the momentum lacks at first.
const DECAY: f64 = 0.96;

/// Adam with Nesterov momentum: it looks ahead by the momentum of the next step.
///
/// ```text
/// u(t) = beta_1 * (1 - 0.96^t / 2)    t = iteration + 1, U(t) = u(1) * ... * u(t)
/// m = m + (1 - beta_1) * (gradient - m)
/// v = v + (1 - beta_2) * (gradient^2 - v)
/// weight = weight - rate * (u(t + 1) / (1 - U(t + 1)) * m + (1 - u(t)) / (1 - U(t)) * gradient)
///                        / (sqrt(v / (1 - beta_2^t)) + epsilon)
/// ```
///
/// Source: T. Dozat, *Incorporating Nesterov Momentum into Adam*, 2016, in Keras's form.
///
/// ```
/// use typenet::prelude::*;
///
/// let optimizer = Nadam::new(0.001);
/// assert_eq!(optimizer.learning_rate(7), 0.001);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nadam<R = f64> {
    learning_rate: R,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    of_step: OfStep<3, 3>,
}

impl<R: Schedule> Nadam<R> {
    /// Nadam with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self { learning_rate, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, of_step: OfStep::NONE }
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
}

impl Default for Nadam {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl<R: Schedule> Optimizer for Nadam<R> {
    const SLOTS: usize = 2;

    fn check(&self) -> Result<(), Error> {
        setting::check(
            "Nadam",
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
        let Self { beta_1, beta_2, of_step, .. } = self;
        let momentum = |decay: f64| *beta_1 * (1.0 - 0.5 * decay);
        let [decay, product, power] = of_step.products(step, |[decay, product, power]| {
            *decay *= DECAY;
            *product *= momentum(*decay);
            *power *= *beta_2;
        });
        let (now, next) = (momentum(decay), momentum(decay * DECAY));
        let of_mean = step.learning_rate * next / (1.0 - product * next);
        let of_gradient = step.learning_rate * (1.0 - now) / (1.0 - product);
        of_step.factors = [of_mean, of_gradient, 1.0 / (1.0 - power)];
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, _: Step, update: Update<'_, T>) {
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let [of_mean, of_gradient, unbias] = self.of_step.factors;
        let (of_mean, of_gradient, unbias) = (splat(of_mean), splat(of_gradient), splat(unbias));
        let (rest_1, rest_2) = (splat(1.0 - self.beta_1), splat(1.0 - self.beta_2));
        let epsilon = splat(self.epsilon);
        update.each(
            simd,
            #[inline(always)]
            |w, g, [m, v]| {
                let m = (g - m).mul_add(rest_1, m);
                let v = g.mul_add(g, -v).mul_add(rest_2, v);
                let ahead = m.mul_add(of_mean, g * of_gradient);
                (w - ahead / ((v * unbias).sqrt() + epsilon), [m, v])
            },
        );
    }
}
