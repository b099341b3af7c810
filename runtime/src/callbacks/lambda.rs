//! Closures as callbacks.

use core::fmt;

use super::{Callback, Training};
use crate::error::Error;
use crate::network::Network;

/// A closure that is called at each epoch's or each batch's end, as Keras's callback of this name. Where it looks at
/// the network, the call says which one that is, as `on_epoch_end::<Line>(|training| ...)`: the compiler meets the
/// closure before it meets the network.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::callbacks::LambdaCallback;
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// let mut biases = Vec::new();
/// Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(5)
///     .callback(LambdaCallback::on_batch_end(|training| {
///         if training.iteration == 4 {
///             training.stop();
///         }
///     }))
///     .callback(LambdaCallback::on_epoch_end::<Line>(|training| biases.push(training.network.dense.bias[0])))
///     .fit(&mut line, (&[-1.0, 1.0], &[3.0, -3.0]), rng)?;
/// assert_eq!(biases.len(), 4);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct LambdaCallback<F> {
    call: F,
    each: Each,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Each {
    Epoch,
    Batch,
}

impl<F> LambdaCallback<F> {
    /// Calls the closure after each epoch.
    pub const fn on_epoch_end<N: Network>(call: F) -> Self
    where
        F: FnMut(&mut Training<'_, N>),
    {
        Self { call, each: Each::Epoch }
    }

    /// Calls the closure after each batch.
    pub const fn on_batch_end<N: Network>(call: F) -> Self
    where
        F: FnMut(&mut Training<'_, N>),
    {
        Self { call, each: Each::Batch }
    }
}

impl<F> fmt::Debug for LambdaCallback<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LambdaCallback").field("each", &self.each).finish_non_exhaustive()
    }
}

impl<N: Network, F: FnMut(&mut Training<'_, N>)> Callback<N> for LambdaCallback<F> {
    fn follows_batches(&self) -> bool {
        self.each == Each::Batch
    }

    fn on_batch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        if self.each == Each::Batch {
            (self.call)(training);
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        if self.each == Each::Epoch {
            (self.call)(training);
        }
        Ok(())
    }
}
