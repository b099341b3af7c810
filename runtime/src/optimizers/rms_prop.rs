use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{Optimizer, Step, Update};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// Divides the gradient by its recent root mean square.
///
/// ```text
/// v = rho * v + (1 - rho) * gradient^2
/// a = rho * a + (1 - rho) * gradient                    with `centered`, else 0
/// step = rate * gradient / sqrt(v - a^2 + epsilon)
/// m = momentum * m + step                               with `momentum`, else step
/// weight = weight - m
/// ```
///
/// Source: T. Hinton, *Neural Networks for Machine Learning*, lecture 6, 2012; `centered`: A. Graves, *Generating
/// Sequences with Recurrent Neural Networks*, 2013.
///
/// ```
/// use typenet::prelude::*;
///
/// let optimizer = RmsProp::new(0.001).rho(0.95).momentum(0.9).centered();
/// assert_eq!(optimizer.learning_rate(7), 0.001);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp<R = f64, const MOMENTUM: bool = false, const CENTERED: bool = false> {
    learning_rate: R,
    rho: f64,
    momentum: f64,
    epsilon: f64,
}

impl<R: Schedule> RmsProp<R> {
    /// `RMSprop` with this learning rate or schedule (Keras's default is 0.001).
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self { learning_rate, rho: 0.9, momentum: 0.0, epsilon: 1e-7 }
    }
}

impl<R: Schedule, const MOMENTUM: bool, const CENTERED: bool> RmsProp<R, MOMENTUM, CENTERED> {
    /// How much of the mean square is kept in a step. Default: 0.9.
    #[must_use]
    pub const fn rho(self, rho: f64) -> Self {
        Self { rho, ..self }
    }

    /// Keeps the quotient finite where no gradient has been. Default: 1e-7.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// How much of the last step is kept, from 0 to 1; remembers one more number of each parameter.
    #[must_use]
    pub const fn momentum(self, momentum: f64) -> RmsProp<R, true, CENTERED> {
        let Self { learning_rate, rho, epsilon, .. } = self;
        RmsProp { learning_rate, rho, momentum, epsilon }
    }

    /// Divides by the standard deviation instead of the root mean square; remembers one more number of each parameter.
    #[must_use]
    pub const fn centered(self) -> RmsProp<R, MOMENTUM, true> {
        let Self { learning_rate, rho, momentum, epsilon } = self;
        RmsProp { learning_rate, rho, momentum, epsilon }
    }
}

impl Default for RmsProp {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl<R: Schedule, const MOMENTUM: bool, const CENTERED: bool> Optimizer for RmsProp<R, MOMENTUM, CENTERED> {
    const SLOTS: usize = 1 + MOMENTUM as usize + CENTERED as usize;

    fn check(&self) -> Result<(), Error> {
        setting::check(
            "RmsProp",
            &[
                ("rho", self.rho, Must::BelowOne),
                ("momentum", self.momentum, Must::Share),
                ("epsilon", self.epsilon, Must::NotNegative),
            ],
        )
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration)
    }

    #[inline(always)]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, update: Update<'_, T>) {
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let (rate, epsilon, momentum) = (splat(step.learning_rate), splat(self.epsilon), splat(self.momentum));
        let kept = [splat(self.rho), splat(1.0 - self.rho)];
        match (MOMENTUM, CENTERED) {
            (false, false) => update.each(
                simd,
                #[inline(always)]
                |w, g, [v]| {
                    let v = mean(g * g, v, kept);
                    (w - quotient(g * rate, v, epsilon), [v])
                },
            ),
            (true, false) => update.each(
                simd,
                #[inline(always)]
                |w, g, [v, m]| {
                    let v = mean(g * g, v, kept);
                    let m = m.mul_add(momentum, quotient(g * rate, v, epsilon));
                    (w - m, [v, m])
                },
            ),
            (false, true) => update.each(
                simd,
                #[inline(always)]
                |w, g, [v, a]| {
                    let (v, a) = (mean(g * g, v, kept), mean(g, a, kept));
                    (w - quotient(g * rate, v - a * a, epsilon), [v, a])
                },
            ),
            (true, true) => update.each(
                simd,
                #[inline(always)]
                |w, g, [v, a, m]| {
                    let (v, a) = (mean(g * g, v, kept), mean(g, a, kept));
                    let m = m.mul_add(momentum, quotient(g * rate, v - a * a, epsilon));
                    (w - m, [v, a, m])
                },
            ),
        }
    }
}

/// A moving mean with one more number, of which so much is kept, and of the number the rest.
#[inline(always)]
fn mean<S: Simd, V: SimdFloat<S>>(x: V, mean: V, [rho, rest]: [V; 2]) -> V {
    mean.mul_add(rho, x * rest)
}

/// A step over the root of a mean square.
#[inline(always)]
fn quotient<S: Simd, V: SimdFloat<S>>(step: V, square: V, epsilon: V) -> V {
    step / (square + epsilon).sqrt()
}
