//! Ends from outside: a flag, a clock.

use core::sync::atomic::{AtomicBool, Ordering};

use super::{Callback, Training};
use crate::error::Error;
use crate::network::Network;

/// Stops training after the batch in which a flag is set: by a button, another thread, or Ctrl-C.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
///
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::callbacks::StopWhen;
/// use typenet::prelude::*;
///
/// // with the ctrlc crate: `ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed))`
/// static INTERRUPTED: AtomicBool = AtomicBool::new(false);
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// INTERRUPTED.store(true, Ordering::Relaxed);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(100).callback(StopWhen(&INTERRUPTED));
/// let history = trainer.fit(&mut line, (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
/// // what has been learnt until then is kept, and the epoch is reported
/// assert_eq!((history.epochs.len(), trainer.iteration()), (1, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StopWhen<'a>(pub &'a AtomicBool);

impl<N: Network> Callback<N> for StopWhen<'_> {
    fn looks_at_batches(&self) -> bool {
        false
    }

    fn on_batch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        if self.0.load(Ordering::Relaxed) {
            training.stop();
        }
        Ok(())
    }
}

/// Stops training after the batch in which a time is over; in a browser, where there is no clock, never.
///
/// ```
/// use std::time::Duration;
///
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::callbacks::TimeLimit;
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(usize::MAX)
///     .callback(TimeLimit::new(Duration::from_millis(5)));
/// let history = trainer.fit(&mut line, (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
/// assert!(!history.epochs.is_empty());
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug)]
pub struct TimeLimit {
    limit: std::time::Duration,
    end: Option<crate::clock::Instant>,
}

#[cfg(feature = "std")]
impl TimeLimit {
    /// Counts from the begin of each `fit`.
    #[must_use]
    pub const fn new(limit: std::time::Duration) -> Self {
        Self { limit, end: None }
    }
}

#[cfg(feature = "std")]
impl<N: Network> Callback<N> for TimeLimit {
    fn looks_at_batches(&self) -> bool {
        false
    }

    fn on_train_begin(&mut self, _: &mut Training<'_, N>) -> Result<(), Error> {
        // what is too long to be added is no limit
        self.end = crate::clock::Instant::now().checked_add(self.limit);
        Ok(())
    }

    fn on_batch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        if self.end.is_some_and(|end| crate::clock::Instant::now() >= end) {
            training.stop();
        }
        Ok(())
    }
}
