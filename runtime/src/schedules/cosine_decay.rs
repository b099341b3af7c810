use super::{Schedule, half_wave, part};

/// Falls along half a wave of the cosine within `decay_steps` steps, if wanted after a warm-up: Keras's `CosineDecay`.
///
/// ```text
/// rate = learning_rate * ((1 - alpha) * (1 + cos(pi * iteration / decay_steps)) / 2 + alpha)
/// ```
///
/// With a warm-up the rate first grows in a straight line from `learning_rate` to the target, from which it then falls;
/// `decay_steps` are counted from the end of the warm-up.
///
/// Source: I. Loshchilov, F. Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*, 2017.
///
/// ```
/// use typenet::prelude::*;
/// use typenet::schedules::CosineDecay;
///
/// let optimizer = Adam::new(CosineDecay::new(0.0, 1_000).warmup(0.001, 100));
/// assert_eq!(optimizer.learning_rate(50), 0.0005);
/// assert_eq!(optimizer.learning_rate(100), 0.001);
/// assert_eq!(optimizer.learning_rate(1_100), 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineDecay {
    learning_rate: f64,
    decay_steps: u64,
    alpha: f64,
    warmup: Option<(f64, u64)>,
}

impl CosineDecay {
    /// Starts at `learning_rate`.
    #[must_use]
    pub const fn new(learning_rate: f64, decay_steps: u64) -> Self {
        Self { learning_rate, decay_steps, alpha: 0.0, warmup: None }
    }

    /// Where it ends, as a share of where it began to fall. Default: 0.
    #[must_use]
    pub const fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// Grows to `target` within `steps` steps first: Keras's `warmup_target` and `warmup_steps`.
    #[must_use]
    pub const fn warmup(self, target: f64, steps: u64) -> Self {
        Self { warmup: Some((target, steps)), ..self }
    }
}

impl Schedule for CosineDecay {
    fn learning_rate(&self, iteration: u64) -> f64 {
        let (top, after) = match self.warmup {
            Some((target, steps)) if iteration < steps => {
                let progress = iteration as f64 / steps as f64;
                return (target - self.learning_rate) * progress + self.learning_rate;
            }
            Some((target, steps)) => (target, iteration - steps),
            None => (self.learning_rate, iteration),
        };
        let progress = part(after as f64, self.decay_steps as f64);
        top * ((1.0 - self.alpha) * half_wave(progress) + self.alpha)
    }
}
