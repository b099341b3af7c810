use super::{Schedule, half_wave, times};

/// Falls along half a wave of the cosine again and again: Keras's `CosineDecayRestarts`.
///
/// The first fall takes `first_decay_steps` steps, each further one `t_mul` times as many, from `m_mul` times as high:
///
/// ```text
/// rate = learning_rate * ((1 - alpha) * m_mul ^ restarts * (1 + cos(pi * progress)) / 2 + alpha)
/// ```
///
/// Source: I. Loshchilov, F. Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*, 2017.
///
/// ```
/// use typenet::prelude::*;
/// use typenet::schedules::CosineDecayRestarts;
///
/// let optimizer = Sgd::new(CosineDecayRestarts::new(0.5, 100).m_mul(0.5));
/// assert_eq!(optimizer.learning_rate(0), 0.5);
/// assert_eq!(optimizer.learning_rate(100), 0.25);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineDecayRestarts {
    learning_rate: f64,
    first_decay_steps: u64,
    t_mul: f64,
    m_mul: f64,
    alpha: f64,
}

impl CosineDecayRestarts {
    /// Starts at `learning_rate`.
    #[must_use]
    pub const fn new(learning_rate: f64, first_decay_steps: u64) -> Self {
        Self { learning_rate, first_decay_steps, t_mul: 2.0, m_mul: 1.0, alpha: 0.0 }
    }

    /// How many times as long each fall is as the one before it. Default: 2.
    #[must_use]
    pub const fn t_mul(self, t_mul: f64) -> Self {
        Self { t_mul, ..self }
    }

    /// How many times as high each fall begins as the one before it. Default: 1.
    #[must_use]
    pub const fn m_mul(self, m_mul: f64) -> Self {
        Self { m_mul, ..self }
    }

    /// Where each fall ends, as a share of `learning_rate`. Default: 0.
    #[must_use]
    pub const fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }
}

impl Schedule for CosineDecayRestarts {
    #[allow(clippy::float_cmp, reason = "the geometric series of falls of one length has a formula of its own")]
    fn learning_rate(&self, iteration: u64) -> f64 {
        let time = times(iteration, self.first_decay_steps);
        let (restarts, progress) = if self.t_mul == 1.0 {
            let restarts = libm::floor(time);
            (restarts, time - restarts)
        } else {
            let start = |restarts| (1.0 - libm::pow(self.t_mul, restarts)) / (1.0 - self.t_mul);
            // the quotient of two logarithms is rounded, and may be too small where a fall begins
            let near = libm::round(libm::log(1.0 - time * (1.0 - self.t_mul)) / libm::log(self.t_mul));
            let restarts = if start(near) > time { near - 1.0 } else { near };
            (restarts, (time - start(restarts)) / libm::pow(self.t_mul, restarts))
        };
        let height = libm::pow(self.m_mul, restarts) * half_wave(progress);
        self.learning_rate * ((1.0 - self.alpha) * height + self.alpha)
    }
}
