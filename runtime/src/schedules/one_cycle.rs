use super::{Schedule, half_wave, part};

/// Grows to `max_learning_rate` and falls far below where it began, within `total_steps` steps: `PyTorch`'s
/// `OneCycleLR`, which Keras has not.
///
/// With `first = max_learning_rate / div_factor` and `last = first / final_div_factor` the rate goes from `first` to
/// the maximum until step `pct_start * total_steps - 1`, and from there to `last` until step `total_steps - 1`, each
/// time along half a wave of the cosine. Momentum is not cycled.
///
/// Source: L. Smith, N. Topin, *Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates*,
/// 2018.
///
/// ```
/// use typenet::prelude::*;
/// use typenet::schedules::OneCycle;
///
/// let optimizer = Sgd::new(OneCycle::new(0.5, 100)).momentum(0.9);
/// assert_eq!(optimizer.learning_rate(0), 0.02);
/// assert_eq!(optimizer.learning_rate(29), 0.5);
/// assert_eq!(optimizer.learning_rate(99), 0.000_002);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycle {
    max_learning_rate: f64,
    total_steps: u64,
    pct_start: f64,
    div_factor: f64,
    final_div_factor: f64,
    linear: bool,
    three_phase: bool,
}

impl OneCycle {
    /// Rises to `max_learning_rate`; ends with step `total_steps - 1`.
    #[must_use]
    pub const fn new(max_learning_rate: f64, total_steps: u64) -> Self {
        Self {
            max_learning_rate,
            total_steps,
            pct_start: 0.3,
            div_factor: 25.0,
            final_div_factor: 1e4,
            linear: false,
            three_phase: false,
        }
    }

    /// The share of the steps in which the rate grows, from 0 to 1. Default: 0.3.
    #[must_use]
    pub const fn pct_start(self, pct_start: f64) -> Self {
        Self { pct_start, ..self }
    }

    /// How many times as high the maximum is as the start. Default: 25.
    #[must_use]
    pub const fn div_factor(self, div_factor: f64) -> Self {
        Self { div_factor, ..self }
    }

    /// How many times as high the start is as the end. Default: 10,000.
    #[must_use]
    pub const fn final_div_factor(self, final_div_factor: f64) -> Self {
        Self { final_div_factor, ..self }
    }

    /// Straight lines instead of waves: `PyTorch`'s `anneal_strategy="linear"`.
    #[must_use]
    pub const fn linear(self) -> Self {
        Self { linear: true, ..self }
    }

    /// Falls to the start as long as it has grown, and from there to the end, as the paper does.
    #[must_use]
    pub const fn three_phase(self) -> Self {
        Self { three_phase: true, ..self }
    }

    /// The rate at `step` of so many on the way between two.
    fn between(&self, from: f64, to: f64, step: f64, steps: f64) -> f64 {
        let progress = part(step, steps);
        let left = if self.linear { 1.0 - progress } else { half_wave(progress) };
        from * left + to * (1.0 - left)
    }
}

impl Schedule for OneCycle {
    fn learning_rate(&self, iteration: u64) -> f64 {
        let first = self.max_learning_rate / self.div_factor;
        let last = first / self.final_div_factor;
        let rise = self.pct_start * self.total_steps as f64 - 1.0;
        let end = self.total_steps as f64 - 1.0;
        let step = (iteration as f64).min(end);
        if step <= rise {
            return self.between(first, self.max_learning_rate, step, rise);
        }
        if !self.three_phase {
            return self.between(self.max_learning_rate, last, step - rise, end - rise);
        }
        let fall = 2.0 * rise;
        if step <= fall {
            return self.between(self.max_learning_rate, first, step - rise, fall - rise);
        }
        self.between(first, last, step - fall, end - fall)
    }
}
