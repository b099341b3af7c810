use super::{Schedule, times};

/// Falls by the factor `decay_rate` every `decay_steps` steps: Keras's `ExponentialDecay`.
///
/// ```text
/// rate = learning_rate * decay_rate ^ (iteration / decay_steps)
/// ```
///
/// ```
/// use typenet::prelude::*;
/// use typenet::schedules::ExponentialDecay;
///
/// let optimizer = Sgd::new(ExponentialDecay::new(0.1, 100, 0.5));
/// assert_eq!(optimizer.learning_rate(200), 0.025);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialDecay {
    learning_rate: f64,
    decay_steps: u64,
    decay_rate: f64,
    staircase: bool,
}

impl ExponentialDecay {
    /// Starts at `learning_rate`.
    #[must_use]
    pub const fn new(learning_rate: f64, decay_steps: u64, decay_rate: f64) -> Self {
        Self { learning_rate, decay_steps, decay_rate, staircase: false }
    }

    /// Falls all at once, at the end of each `decay_steps` steps.
    #[must_use]
    pub const fn staircase(self) -> Self {
        Self { staircase: true, ..self }
    }
}

impl Schedule for ExponentialDecay {
    fn learning_rate(&self, iteration: u64) -> f64 {
        let progress = times(iteration, self.decay_steps);
        let progress = if self.staircase { libm::floor(progress) } else { progress };
        self.learning_rate * libm::pow(self.decay_rate, progress)
    }
}
