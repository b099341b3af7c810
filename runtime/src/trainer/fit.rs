//! Fitting and evaluating.

use core::ops::Range;

use rand::Rng;

use super::batch::Train;
use super::epochs::Fit;
use super::evaluate::evaluate;
use super::feed::{Known, Memory};
use super::{State, Trainer};
use crate::callbacks::Callback;
pub(super) use crate::data::Data;
use crate::data::{Samples, Targets, ValidationTargets};
use crate::error::Error;
use crate::history::{History, Scores};
use crate::losses::Loss;
use crate::metrics::{Mean, Metrics};
use crate::network::Network;
use crate::noise::Noise;
use crate::optimizers::Optimizer;
use crate::scalar::Scalar;

impl<T: Scalar, N: Network<Scalar = T>, L, O, M, C> Trainer<N, L, O, M, C> {
    /// Trains `network` on inputs and targets, drawing the order of the samples from `rng`.
    ///
    /// # Errors
    /// Before anything changes: [`Error::CountMismatch`], [`Error::NoSamples`], [`Error::NoBatch`],
    /// [`Error::NoSteps`], [`Error::NoEpochs`], [`Error::ValidationSplit`], [`Error::InputNotFinite`], [`Error::InputNotRow`],
    /// [`Error::TargetNotFinite`], [`Error::TargetNotProbability`], [`Error::ClassOutOfRange`], of weights
    /// [`Error::SampleWeights`], [`Error::SampleWeight`], [`Error::ClassWeight`], and of settings [`Error::Setting`],
    /// [`Error::NoSuchOutput`]. While training: [`Error::Diverged`], [`Error::LearningRate`]; with threads,
    /// [`Error::Threads`](Error) if they cannot be started.
    pub fn fit<X, Y, R>(&mut self, network: &mut N, data: Data<'_, X, Y>, rng: &mut R) -> Result<History, Error>
    where
        X: Samples<T, N::Input> + ?Sized,
        Y: Targets<T, N::Output> + ?Sized,
        L: Loss<T, N::Head, N::Output, Y::Tile>,
        O: Optimizer,
        M: Metrics<T, N::Output, Y::Tile>,
        C: Callback<N>,
        R: Rng + ?Sized,
    {
        let loss = self.loss;
        let samples = self.state().0.check(data, &loss)?;
        if self.settings.validation_split == 0.0 {
            return self.on_memory::<X, Y, X, Y>(network, data, samples, None).run(rng);
        }
        // Keras's rounding: the training part is cut off, not the validation part
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a count, or refused")]
        let training = (f64::from(samples) * (1.0 - self.settings.validation_split)) as u32;
        if !(0.0..1.0).contains(&self.settings.validation_split) || training == 0 || training >= samples {
            return Err(Error::ValidationSplit { split: self.settings.validation_split, samples, training });
        }
        self.on_memory(network, data, training, Some((data, training..samples))).run(rng)
    }

    /// As [`fit`](Self::fit), and reports loss and metrics on `validation` after every epoch. It may be given in another
    /// form than the data to train on; to count every sample alike, for instance, while that has
    /// [weights](crate::data::sample_weight).
    ///
    /// # Errors
    /// As `fit`.
    pub fn fit_validated<X, Y, V, W, R>(
        &mut self,
        network: &mut N,
        data: Data<'_, X, Y>,
        validation: Data<'_, V, W>,
        rng: &mut R,
    ) -> Result<History, Error>
    where
        X: Samples<T, N::Input> + ?Sized,
        Y: Targets<T, N::Output> + ?Sized,
        V: Samples<T, N::Input> + ?Sized,
        W: ValidationTargets<T, N::Output, Y::Tile> + ?Sized,
        L: Loss<T, N::Head, N::Output, Y::Tile>,
        O: Optimizer,
        M: Metrics<T, N::Output, Y::Tile>,
        C: Callback<N>,
        R: Rng + ?Sized,
    {
        let loss = self.loss;
        let (state, _) = self.state();
        let (samples, validated) = (state.check(data, &loss)?, state.check(validation, &loss)?);
        self.on_memory(network, data, samples, Some((validation, 0..validated))).run(rng)
    }

    /// What `fit` needs, on the first `samples` of checked data.
    fn on_memory<'a, X: ?Sized, Y: ?Sized, V: ?Sized, W: ?Sized>(
        &'a mut self,
        network: &'a mut N,
        data: Data<'a, X, Y>,
        samples: u32,
        validation: Option<(Data<'a, V, W>, Range<u32>)>,
    ) -> Fit<'a, N, L, O, M, C, Memory<'a, X, Y, V, W>>
    where
        L: Copy,
        O: Optimizer,
        M: Copy,
    {
        let known = Known { samples: Some(samples), validated: validation.as_ref().map(|(_, range)| range.len()) };
        let batch_size = self.settings.batch_size;
        self.on(network, Memory { data, batch_size, validation }, known)
    }

    /// What `fit` needs, in one place.
    pub(super) fn on<'a, F>(&'a mut self, network: &'a mut N, feed: F, known: Known) -> Fit<'a, N, L, O, M, C, F>
    where
        L: Copy,
        O: Optimizer,
        M: Copy,
    {
        let Self { loss, metrics, optimizer, callbacks, settings, state } = self;
        let state = state.get_or_insert_with(|| State::new(optimizer, settings));
        let (loss, metrics, settings) = (*loss, *metrics, settings.clone());
        Fit { network, feed, known, loss, metrics, optimizer, callbacks, settings, state }
    }

    /// Makes one step on all samples of `data` as one batch, in order, and returns the loss before the step. Nothing
    /// is allocated after the first call with that many samples.
    ///
    /// What layers such as [`Dropout`](crate::layers::Dropout) draw depends on the [`seed`](Self::seed) and on how many
    /// steps were made before.
    ///
    /// Whether the step has led to parameters that are numbers, the next call sees by its loss, or [`finalize`](Self::finalize),
    /// which ends a loop of single steps: to look at all parameters would take a fifth as long as a step of a small network.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); [`Error::Diverged`] counts batches of this trainer.
    pub fn train_on_batch<X, Y>(&mut self, network: &mut N, data: Data<'_, X, Y>) -> Result<f64, Error>
    where
        X: Samples<T, N::Input> + ?Sized,
        Y: Targets<T, N::Output> + ?Sized,
        L: Loss<T, N::Head, N::Output, Y::Tile>,
        O: Optimizer,
    {
        let (loss, seed) = (self.loss, self.settings.seed);
        let (state, optimizer) = self.state();
        if state.steps.made == 0 {
            optimizer.check()?;
        }
        let samples = state.check(data, &loss)?;
        state.order.clear();
        state.order.extend(0..samples);
        let step = state.steps.checked(state.learning_rate(optimizer))?;
        let number = state.steps.made;
        let batch_loss = Train {
            network,
            pass: &mut state.pass,
            data,
            indices: &state.order,
            coming: &[],
            noise: Noise::of_step(seed, number),
            loss: &loss,
            metrics: &(),
            loss_mean: &mut Mean::default(),
            metric_state: &mut (),
            optimizer,
            step,
            slots: &mut state.slots,
            previous: state.previous.as_flat_mut(),
            threads: 1,
        }
        .with(&mut state.threads)?;
        if !batch_loss.is_finite() {
            state.take_back(network);
            return Err(state.diverged(number.saturating_add(1), batch_loss));
        }
        state.loss = batch_loss;
        state.steps.count_alone(network);
        Ok(batch_loss)
    }

    /// Computes loss and metrics on `data` without training.
    ///
    /// # Errors
    /// As [`fit`](Self::fit), for what concerns data.
    pub fn evaluate<X, Y>(&mut self, network: &N, data: Data<'_, X, Y>) -> Result<Scores, Error>
    where
        X: Samples<T, N::Input> + ?Sized,
        Y: Targets<T, N::Output> + ?Sized,
        L: Loss<T, N::Head, N::Output, Y::Tile>,
        O: Optimizer,
        M: Metrics<T, N::Output, Y::Tile>,
    {
        let (loss, metrics) = (self.loss, self.metrics);
        let (state, _) = self.state();
        let samples = state.check(data, &loss)?;
        metrics.check()?;
        evaluate(network, state, &loss, &metrics, data, 0..samples)
    }
}
