//! Schedules: learning rates that change from step to step.
//!
//! A schedule stands wherever an optimizer takes a learning rate: `Adam::new(CosineDecay::new(0.001, 10_000))`. A
//! number is the schedule that never changes, at no cost. Steps are batches, counted from 0, as in Keras.
//!
//! # A schedule of one's own
//!
//! ```
//! use typenet::prelude::*;
//! use typenet::schedules::Schedule;
//!
//! /// Grows with the step while warming up, then falls with its square root.
//! #[derive(Clone, Copy, Debug)]
//! struct Noam {
//!     scale: f64,
//!     warmup_steps: u64,
//! }
//!
//! impl Schedule for Noam {
//!     fn learning_rate(&self, iteration: u64) -> f64 {
//!         let (step, warmup) = ((iteration + 1) as f64, self.warmup_steps as f64);
//!         self.scale * (1.0 / step.sqrt()).min(step / warmup.powf(1.5))
//!     }
//! }
//!
//! let optimizer = Adam::new(Noam { scale: 0.01, warmup_steps: 100 });
//! assert_eq!(optimizer.learning_rate(99), 0.001);
//! ```

mod cosine_decay;
mod cosine_decay_restarts;
mod exponential_decay;
mod inverse_time_decay;
mod one_cycle;
mod piecewise_constant_decay;
mod polynomial_decay;

use core::fmt::Debug;

pub use self::cosine_decay::CosineDecay;
pub use self::cosine_decay_restarts::CosineDecayRestarts;
pub use self::exponential_decay::ExponentialDecay;
pub use self::inverse_time_decay::InverseTimeDecay;
pub use self::one_cycle::OneCycle;
pub use self::piecewise_constant_decay::PiecewiseConstantDecay;
pub use self::polynomial_decay::PolynomialDecay;

/// A learning rate for each step; see the [module](self).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a learning rate",
    label = "neither a number nor a schedule",
    note = "write a rate with a decimal point, as `1.0`, or a schedule of `typenet::schedules`"
)]
pub trait Schedule: Copy + Debug + Send {
    /// The learning rate of step `iteration`, which counts batches from 0.
    fn learning_rate(&self, iteration: u64) -> f64;
}

impl Schedule for f64 {
    fn learning_rate(&self, _: u64) -> f64 {
        *self
    }
}

/// From 1 to 0 along half a wave of the cosine, as `progress` goes from 0 to 1.
fn half_wave(progress: f64) -> f64 {
    0.5 * (1.0 + libm::cos(core::f64::consts::PI * progress))
}

/// How far a step is on a way of so many, from 0 to 1. A way of none is at its end.
fn part(step: f64, steps: f64) -> f64 {
    if step < steps { step / steps } else { 1.0 }
}

/// How many times so many steps have been made. What takes none is taken for what takes one.
fn times(iteration: u64, steps: u64) -> f64 {
    iteration as f64 / steps.max(1) as f64
}
