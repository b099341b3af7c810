use fearless_simd::{Simd, SimdBase, SimdFloat};
use libm::sqrt;

use super::{OfStep, Optimizer, Step, Update};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// Adaptive moments: a step as long as the mean gradient over its root mean square.
///
/// ```text
/// m = m + (1 - beta_1) * (gradient - m)
/// v = v + (1 - beta_2) * (gradient^2 - v)
/// h = max(h, v)    with `amsgrad`, else v
/// weight = weight - rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(h) + epsilon)    t = iteration + 1
/// ```
///
/// Epsilon stands where Keras has it: beside the root of the biased `v`.
///
/// Source: D. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization*, 2015; for `amsgrad` S. Reddi, S. Kale,
/// S. Kumar, *On the Convergence of Adam and Beyond*, 2018.
///
/// ```
/// use typenet::prelude::*;
/// use typenet::schedules::CosineDecay;
///
/// let optimizer = Adam::new(0.001);
/// assert_eq!(optimizer, Adam::default());
/// let optimizer = Adam::new(CosineDecay::new(0.001, 1_000)).beta_1(0.8).amsgrad();
/// assert_eq!(optimizer.learning_rate(0), 0.001);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam<R = f64, const AMSGRAD: bool = false> {
    learning_rate: R,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    of_step: OfStep<2, 1>,
}

impl<R: Schedule> Adam<R> {
    /// Adam with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self { learning_rate, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, of_step: OfStep::NONE }
    }

    /// Divides by the largest mean square so far instead of the present one; remembers a third number of each parameter.
    #[must_use]
    pub const fn amsgrad(self) -> Adam<R, true> {
        let Self { learning_rate, beta_1, beta_2, epsilon, of_step } = self;
        Adam { learning_rate, beta_1, beta_2, epsilon, of_step }
    }
}

impl<R: Schedule, const AMSGRAD: bool> Adam<R, AMSGRAD> {
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

    /// Whether what it was told makes sense, said of an optimizer with this name.
    pub(super) fn check_as(&self, of: &'static str) -> Result<(), Error> {
        let Self { beta_1, beta_2, epsilon, .. } = *self;
        let kept = Must::BelowOne;
        setting::check(
            of,
            &[("beta_1", beta_1, kept), ("beta_2", beta_2, kept), ("epsilon", epsilon, Must::NotNegative)],
        )
    }

    /// The step, from parameters that are multiplied by `keep` first.
    #[inline(always)]
    pub(super) fn step<T: Scalar, S: Simd>(&self, simd: S, keep: f64, update: Update<'_, T>) {
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let [alpha] = self.of_step.factors;
        let (alpha, keep, epsilon) = (splat(alpha), splat(keep), splat(self.epsilon));
        let rests = [splat(1.0 - self.beta_1), splat(1.0 - self.beta_2)];
        if AMSGRAD {
            update.each(
                simd,
                #[inline(always)]
                |w, g, [m, v, h]| {
                    let [m, v] = moments(g, [m, v], rests);
                    let h = h.max(v);
                    (w.mul_add(keep, quotient(m * alpha, h, epsilon)), [m, v, h])
                },
            );
        } else {
            update.each(
                simd,
                #[inline(always)]
                |w, g, [m, v]| {
                    let [m, v] = moments(g, [m, v], rests);
                    (w.mul_add(keep, quotient(m * alpha, v, epsilon)), [m, v])
                },
            );
        }
    }
}

/// The mean and the mean square with this gradient. No closure, which the compiler would rather call.
#[inline(always)]
pub(super) fn moments<S: Simd, V: SimdFloat<S>>(g: V, [m, v]: [V; 2], [rest_1, rest_2]: [V; 2]) -> [V; 2] {
    [(g - m).mul_add(rest_1, m), g.mul_add(g, -v).mul_add(rest_2, v)]
}

/// A step over the root of the mean square.
#[inline(always)]
pub(super) fn quotient<S: Simd, V: SimdFloat<S>>(step: V, square: V, epsilon: V) -> V {
    step / (square.sqrt() + epsilon)
}

impl Default for Adam {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl<R: Schedule, const AMSGRAD: bool> Optimizer for Adam<R, AMSGRAD> {
    const SLOTS: usize = if AMSGRAD { 3 } else { 2 };

    fn check(&self) -> Result<(), Error> {
        self.check_as("Adam")
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration)
    }

    fn begin(&mut self, step: Step) {
        let Self { beta_1, beta_2, of_step, .. } = self;
        let [power_1, power_2] = of_step.products(step, |[power_1, power_2]| {
            *power_1 *= *beta_1;
            *power_2 *= *beta_2;
        });
        of_step.factors = [-step.learning_rate * sqrt(1.0 - power_2) / (1.0 - power_1)];
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, _: Step, update: Update<'_, T>) {
        self.step(simd, 1.0, update);
    }
}
