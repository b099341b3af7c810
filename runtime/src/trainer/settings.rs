//! What a trainer is told, beside what it is made of.

use fearless_simd::Level;

use super::{State, Trainer};
use crate::network::Network;
#[cfg(feature = "rayon")]
use crate::threads::Threads;

/// What a trainer is told.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    /// The most batches of an epoch.
    pub(super) steps: Option<usize>,
    pub(super) shuffle: bool,
    /// Whether a layer of the network is random in training.
    pub(super) noisy: bool,
    pub(super) seed: u64,
    pub(super) validation_split: f64,
    #[cfg(feature = "std")]
    pub(super) progress: bool,
    pub(super) level: Option<Level>,
    #[cfg(feature = "rayon")]
    pub(super) threads: usize,
    #[cfg(feature = "safetensors")]
    pub(super) checkpoint: Option<super::checkpoint::Setting>,
}

impl Settings {
    /// Keras's defaults.
    pub(super) const fn new(noisy: bool) -> Self {
        Self {
            epochs: 1,
            batch_size: 32,
            steps: None,
            shuffle: true,
            noisy,
            seed: 0,
            validation_split: 0.0,
            #[cfg(feature = "std")]
            progress: false,
            level: None,
            #[cfg(feature = "rayon")]
            threads: 1,
            #[cfg(feature = "safetensors")]
            checkpoint: None,
        }
    }

    /// Whether each epoch draws from the caller's generator.
    pub(super) fn draws(&self) -> bool {
        self.shuffle || self.noisy
    }

    /// How many of so many samples an epoch takes.
    pub(super) fn samples_of_epoch(&self, samples: u32) -> usize {
        let most = self.steps.map_or(usize::MAX, |steps| steps.saturating_mul(self.batch_size));
        most.min(samples as usize)
    }
}

impl<N: Network, L, O, M, C> Trainer<N, L, O, M, C> {
    /// How often `fit` goes through the data. Default: 1.
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.settings.epochs = epochs;
        self
    }

    /// How many samples make a step; the last batch of an epoch may be smaller. Default: 32.
    #[must_use]
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.settings.batch_size = batch_size;
        self
    }

    /// Ends each epoch after so many batches: of [`fit`](Self::fit), those that come first in the order of the epoch; of
    /// [`fit_batches`](Self::fit_batches), those that come next. Default: when the data ends.
    #[must_use]
    pub fn steps_per_epoch(mut self, steps: usize) -> Self {
        self.settings.steps = Some(steps);
        self
    }

    /// Whether each epoch takes the samples in a new random order. Default: yes.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.settings.shuffle = shuffle;
        self
    }

    /// Where [`train_on_batch`](Self::train_on_batch), which is given no generator, takes the random numbers of layers such
    /// as [`Dropout`](crate::layers::Dropout) from. Default: 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Sets the last part of the data aside, from 0 to 1, and reports loss and metrics on it after every epoch. It is
    /// taken before shuffling, as in Keras.
    #[must_use]
    pub fn validation_split(mut self, share: f64) -> Self {
        self.settings.validation_split = share;
        self
    }

    /// Shows progress: a living line in a terminal, plain lines elsewhere.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn progress(mut self) -> Self {
        self.settings.progress = true;
        self
    }

    /// Uses the instructions of `level` instead of the best of this machine.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.settings.level = Some(level);
        self.state = self.state.map(|state| State { pass: state.pass.with_level(level), ..state });
        self
    }

    /// Lets up to `threads` threads share each batch, in training and in evaluation, where it is work enough for them: of
    /// a small network never, of one with 100,000 parameters from some twenty samples on. Default: 1. The numbers are the
    /// same for any number of threads, so a training that a checkpoint has kept may go on with another.
    ///
    /// Layers of one's own that do not [complete](crate::layers::Layer::COMPLETES) their gradient go back on one thread,
    /// with the whole network that they are in; where a [`BatchNormalization`](crate::layers::BatchNormalization) looks at a
    /// batch, one thread does; and an optimizer that wants the [whole](crate::optimizers::Optimizer::WHOLE) gradient sees it on one, and makes its
    /// step on one if it cannot move [parts](crate::optimizers::Optimizer::PARTS), or if the network has some that are not trained.
    ///
    /// The threads start, and their memory is allocated, when they are first needed; they end with the trainer. Where no
    /// callback [follows](crate::callbacks::Callback::follows_batches) the batches of a [`fit`](Self::fit), they go on from one
    /// to the next without a pause, which small batches gain most from.
    ///
    /// ```
    /// use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Wide = Dense(2 -> 100, relu), Dense(100 -> 100, relu), Dense(100 -> 1) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let train = |threads| {
    ///     let rng = &mut StdRng::seed_from_u64(0);
    ///     let mut wide = Wide::new(rng);
    ///     let (x, y) = (vec![[0.5, -0.5]; 256], vec![[1.0]; 256]);
    ///     let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.001)).batch_size(256).threads(threads);
    ///     trainer.fit(&mut wide, (&x, &y), rng)?;
    ///     Ok::<_, typenet::Error>(wide)
    /// };
    /// assert_eq!(train(1)?, train(2)?);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "rayon")]
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.settings.threads = threads;
        if let Some(state) = &mut self.state {
            state.threads = Threads::new(threads);
        }
        self
    }

    #[cfg(not(feature = "rayon"))]
    crate::missing::missing! {
        Rayon of N {
            pub fn threads(self, _threads: usize) -> Self;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use crate::kernels::levels;
    use crate::prelude::*;
    use crate::{Error, network};

    network! { Line = Dense(1 -> 1) }

    #[test]
    fn the_level_may_change_between_steps() -> Result<(), Error> {
        let mut line = Line::new(&mut StdRng::seed_from_u64(0));
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
        for level in levels() {
            trainer = trainer.level(level);
            trainer.train_on_batch(&mut line, (&[1.0], &[0.0]))?;
            let used = trainer.state.as_ref().map(|state| alloc::format!("{:?}", state.pass.level()));
            assert_eq!(used, Some(alloc::format!("{level:?}")));
        }
        assert_eq!(trainer.iteration(), levels().count() as u64);
        Ok(())
    }
}
