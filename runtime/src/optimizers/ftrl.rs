use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{Optimizer, Step, Update, first_slot};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::setting::{self, Must};

/// Follow the regularised leader: each parameter is where all gradients so far and the penalties on it lead.
///
/// ```text
/// b = a + gradient^2    a starts at 0.1
/// z = z + gradient + 2 * l2_shrinkage * weight - (b^-power - a^-power) / rate * weight
/// weight = (clip(z, -l1, l1) - z) / (b^-power / rate + 2 * (l2 + beta / (2 * rate)))
/// a = b
/// ```
///
/// Source: B. `McMahan` and others, *Ad Click Prediction: A View from the Trenches*, 2013, in Keras's form.
///
/// ```
/// use typenet::prelude::*;
///
/// let optimizer = Ftrl::new(0.01).l1_regularization_strength(0.001);
/// assert_eq!(optimizer.learning_rate(7), 0.01);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ftrl<R = f64> {
    learning_rate: R,
    learning_rate_power: f64,
    initial_accumulator_value: f64,
    l1: f64,
    l2: f64,
    l2_shrinkage: f64,
    beta: f64,
}

impl<R: Schedule> Ftrl<R> {
    /// Ftrl with this learning rate or schedule (Keras's default is 0.001), without penalties.
    #[must_use]
    pub const fn new(learning_rate: R) -> Self {
        Self {
            learning_rate,
            learning_rate_power: -0.5,
            initial_accumulator_value: 0.1,
            l1: 0.0,
            l2: 0.0,
            l2_shrinkage: 0.0,
            beta: 0.0,
        }
    }

    /// How the rate of a parameter falls with its sum of squares: 0 or less. Default: -0.5.
    #[must_use]
    pub const fn learning_rate_power(self, learning_rate_power: f64) -> Self {
        Self { learning_rate_power, ..self }
    }

    /// Where the sum of squares starts. Default: 0.1.
    #[must_use]
    pub const fn initial_accumulator_value(self, initial_accumulator_value: f64) -> Self {
        Self { initial_accumulator_value, ..self }
    }

    /// The penalty on the size of a parameter, which makes many of them exactly 0. Default: 0.
    #[must_use]
    pub const fn l1_regularization_strength(self, l1: f64) -> Self {
        Self { l1, ..self }
    }

    /// The penalty on the square of a parameter. Default: 0.
    #[must_use]
    pub const fn l2_regularization_strength(self, l2: f64) -> Self {
        Self { l2, ..self }
    }

    /// A penalty on the square of a parameter that acts on the gradient. Default: 0.
    #[must_use]
    pub const fn l2_shrinkage_regularization_strength(self, l2_shrinkage: f64) -> Self {
        Self { l2_shrinkage, ..self }
    }

    /// The paper's beta, which lowers the rate of the first steps. Default: 0.
    #[must_use]
    pub const fn beta(self, beta: f64) -> Self {
        Self { beta, ..self }
    }
}

impl Default for Ftrl {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl<R: Schedule> Optimizer for Ftrl<R> {
    const SLOTS: usize = 2;
    const WHOLE: bool = true;
    const PARTS: bool = true;

    fn check(&self) -> Result<(), Error> {
        setting::check(
            "Ftrl",
            &[
                ("learning_rate_power", self.learning_rate_power, Must::NotPositive),
                ("initial_accumulator_value", self.initial_accumulator_value, Must::NotNegative),
                ("l1_regularization_strength", self.l1, Must::NotNegative),
                ("l2_regularization_strength", self.l2, Must::NotNegative),
                ("l2_shrinkage_regularization_strength", self.l2_shrinkage, Must::NotNegative),
                ("beta", self.beta, Must::NotNegative),
            ],
        )
    }

    fn learning_rate(&self, iteration: u64) -> f64 {
        self.learning_rate.learning_rate(iteration)
    }

    #[inline(always)]
    #[allow(clippy::float_cmp, reason = "a power of exactly -0.5 is a root")]
    fn update<T: Scalar, S: Simd>(&mut self, simd: S, step: Step, mut update: Update<'_, T>) {
        if step.iteration == 0 {
            first_slot(&mut update).fill(T::from_f64(self.initial_accumulator_value));
        }
        let splat = |x| T::Vector::<S>::splat(simd, T::from_f64(x));
        let (per_rate, shrinkage) = (splat(1.0 / step.learning_rate), splat(2.0 * self.l2_shrinkage));
        let l2 = splat(2.0 * (self.l2 + self.beta / (2.0 * step.learning_rate)));
        let l1 = splat(self.l1);
        let power = (self.learning_rate_power != -0.5).then(|| splat(-self.learning_rate_power));
        update.each(
            simd,
            #[inline(always)]
            |w, g, [a, z]| {
                let b = g.mul_add(g, a);
                let high = raised::<T, S>(b, power);
                let z = z + w.mul_add(shrinkage, g) - (high - raised::<T, S>(a, power)) * per_rate * w;
                let clipped = z.max(-l1).min(l1);
                ((clipped - z) / high.mul_add(per_rate, l2), [b, z])
            },
        );
    }
}

/// To this power, or its root.
#[inline(always)]
fn raised<T: Scalar, S: Simd>(a: T::Vector<S>, power: Option<T::Vector<S>>) -> T::Vector<S> {
    match power {
        Some(power) => T::exp(T::ln(a) * power),
        None => a.sqrt(),
    }
}
