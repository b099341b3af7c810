use super::{Schedule, part};

/// Falls to `end_learning_rate` within `decay_steps` steps: Keras's `PolynomialDecay`, by default a straight line to
/// 0.0001.
///
/// ```text
/// rate = (learning_rate - end_learning_rate) * (1 - iteration / decay_steps) ^ power + end_learning_rate
/// ```
///
/// ```
/// use typenet::prelude::*;
/// use typenet::schedules::PolynomialDecay;
///
/// let optimizer = Sgd::new(PolynomialDecay::new(0.5, 100).end_learning_rate(0.25).power(2.0));
/// assert_eq!(optimizer.learning_rate(50), 0.3125);
/// assert_eq!(optimizer.learning_rate(1000), 0.25);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolynomialDecay {
    learning_rate: f64,
    decay_steps: u64,
    end_learning_rate: f64,
    power: f64,
    cycle: bool,
}

impl PolynomialDecay {
    /// Starts at `learning_rate`.
    #[must_use]
    pub const fn new(learning_rate: f64, decay_steps: u64) -> Self {
        Self { learning_rate, decay_steps, end_learning_rate: 1e-4, power: 1.0, cycle: false }
    }

    /// Where it ends. Default: 0.0001.
    #[must_use]
    pub const fn end_learning_rate(self, end_learning_rate: f64) -> Self {
        Self { end_learning_rate, ..self }
    }

    /// The exponent. Default: 1.
    #[must_use]
    pub const fn power(self, power: f64) -> Self {
        Self { power, ..self }
    }

    /// Starts to fall anew at the end, each time towards an end that is `decay_steps` farther away.
    #[must_use]
    pub const fn cycle(self) -> Self {
        Self { cycle: true, ..self }
    }
}

impl Schedule for PolynomialDecay {
    fn learning_rate(&self, iteration: u64) -> f64 {
        let (step, length) = (iteration as f64, self.decay_steps as f64);
        let length = if self.cycle { length * libm::ceil(step / length).max(1.0) } else { length };
        let (start, end) = (self.learning_rate, self.end_learning_rate);
        (start - end) * libm::pow(1.0 - part(step, length), self.power) + end
    }
}
