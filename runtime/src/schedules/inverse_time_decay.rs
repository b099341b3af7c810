use super::{Schedule, times};

/// Falls with the inverse of time: Keras's `InverseTimeDecay`.
///
/// ```text
/// rate = learning_rate / (1 + decay_rate * iteration / decay_steps)
/// ```
///
/// [`Sgd::decay`](crate::optimizers::Sgd::decay) is the same with `decay_steps = 1`.
///
/// ```
/// use typenet::prelude::*;
/// use typenet::schedules::InverseTimeDecay;
///
/// let optimizer = Sgd::new(InverseTimeDecay::new(0.1, 100, 0.5));
/// assert_eq!(optimizer.learning_rate(200), 0.05);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseTimeDecay {
    learning_rate: f64,
    decay_steps: u64,
    decay_rate: f64,
    staircase: bool,
}

impl InverseTimeDecay {
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

impl Schedule for InverseTimeDecay {
    fn learning_rate(&self, iteration: u64) -> f64 {
        let progress = times(iteration, self.decay_steps);
        let progress = if self.staircase { libm::floor(progress) } else { progress };
        self.learning_rate / (1.0 + self.decay_rate * progress)
    }
}
