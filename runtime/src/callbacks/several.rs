//! No callbacks, one that is borrowed, and several.

use alloc::vec::Vec;

use super::{Callback, Training, count};
use crate::error::Error;
use crate::network::Network;

/// A callback that is looked at again after training.
impl<N: Network, C: Callback<N> + ?Sized> Callback<N> for &mut C {
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

/// No callbacks.
impl<N: Network> Callback<N> for () {
    fn follows_batches(&self) -> bool {
        false
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
