//! No callbacks, one behind a pointer, one that is there or not, and several.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Callback, Training, count};
use crate::error::Error;
use crate::network::Network;

/// A callback behind a pointer.
macro_rules! behind {
    ($(#[$documentation:meta])* $pointer:ty) => {
        $(#[$documentation])*
        impl<N: Network, C: Callback<N> + ?Sized> Callback<N> for $pointer {
            fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
                (**self).on_train_begin(training)
            }

            fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
                (**self).on_epoch_begin(training)
            }

            fn on_batch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
                (**self).on_batch_end(training)
            }

            fn follows_batches(&self) -> bool {
                (**self).follows_batches()
            }

            fn looks_at_batches(&self) -> bool {
                (**self).looks_at_batches()
            }

            fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
                (**self).on_epoch_end(training)
            }

            fn on_train_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
                (**self).on_train_end(training)
            }

            fn save_state(&self, state: &mut Vec<f64>) {
                (**self).save_state(state);
            }

            fn load_state(&mut self, state: &[f64]) -> bool {
                (**self).load_state(state)
            }
        }
    };
}

behind! {
    /// A callback that is looked at again after training.
    &mut C
}

behind! {
    /// A callback of any type, as `Box<dyn Callback<N>>`: what stands in the field of a struct, or is chosen at run
    /// time.
    Box<C>
}

/// No callbacks.
impl<N: Network> Callback<N> for () {
    fn follows_batches(&self) -> bool {
        false
    }
}

/// A callback that is there or not, as the program decides when it runs:
/// `.callback(log.then(|| CsvLogger::new(path)))`.
impl<N: Network, C: Callback<N>> Callback<N> for Option<C> {
    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        self.as_mut().map_or(Ok(()), |callback| callback.on_train_begin(training))
    }

    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        self.as_mut().map_or(Ok(()), |callback| callback.on_epoch_begin(training))
    }

    fn on_batch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        self.as_mut().map_or(Ok(()), |callback| callback.on_batch_end(training))
    }

    fn follows_batches(&self) -> bool {
        self.as_ref().is_some_and(C::follows_batches)
    }

    fn looks_at_batches(&self) -> bool {
        self.as_ref().is_some_and(C::looks_at_batches)
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        self.as_mut().map_or(Ok(()), |callback| callback.on_epoch_end(training))
    }

    fn on_train_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        self.as_mut().map_or(Ok(()), |callback| callback.on_train_end(training))
    }

    fn save_state(&self, state: &mut Vec<f64>) {
        if let Some(callback) = self {
            callback.save_state(state);
        }
    }

    fn load_state(&mut self, state: &[f64]) -> bool {
        self.as_mut().map_or(state.is_empty(), |callback| callback.load_state(state))
    }
}

/// Those before, and one more.
impl<N: Network, A: Callback<N>, B: Callback<N>> Callback<N> for (A, B) {
    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        self.0.on_train_begin(training)?;
        self.1.on_train_begin(training)
    }

    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        self.0.on_epoch_begin(training)?;
        self.1.on_epoch_begin(training)
    }

    #[inline]
    fn on_batch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        self.0.on_batch_end(training)?;
        self.1.on_batch_end(training)
    }

    fn follows_batches(&self) -> bool {
        self.0.follows_batches() || self.1.follows_batches()
    }

    fn looks_at_batches(&self) -> bool {
        self.0.looks_at_batches() || self.1.looks_at_batches()
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        self.0.on_epoch_end(training)?;
        self.1.on_epoch_end(training)
    }

    fn on_train_end(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        // each of them, also when one fails: what they hold is to be put back
        let first = self.0.on_train_end(training);
        self.1.on_train_end(training).and(first)
    }

    // how long the first's state is, and both
    fn save_state(&self, state: &mut Vec<f64>) {
        let length = state.len();
        state.push(0.0);
        self.0.save_state(state);
        state[length] = (state.len() - length - 1) as f64;
        self.1.save_state(state);
    }

    fn load_state(&mut self, state: &[f64]) -> bool {
        let Some((length, states)) = state.split_first() else { return false };
        let Some((first, second)) = states.split_at_checked(count(*length)) else { return false };
        self.0.load_state(first) && self.1.load_state(second)
    }
}
