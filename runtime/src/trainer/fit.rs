//! Fitting and evaluating.

use alloc::vec::Vec;
use core::ops::Range;

use rand::Rng;

use super::batch::{Evaluate, Train};
use super::epochs::Fit;
use super::feed::{Known, Memory};
use super::{State, Trainer};
use crate::callbacks::Callback;
pub(super) use crate::data::Data;
use crate::data::{Samples, Targets, check};
use crate::error::Error;
use crate::history::{History, Scores};
use crate::kernels::dispatch;
use crate::losses::Loss;
use crate::metrics::{Mean, MetricState as _, Metrics};
use crate::network::Network;
use crate::noise::Noise;
use crate::optimizers::{Optimizer, Step};
use crate::pass::Pass;
use crate::scalar::Scalar;

impl<T: Scalar, N: Network<Scalar = T>, L, O, M, C> Trainer<N, L, O, M, C> {
    /// Trains `network` on inputs and targets, drawing the order of the samples from `rng`.
    ///
    /// # Errors
    /// Before anything changes: [`Error::CountMismatch`], [`Error::NoSamples`], [`Error::NoBatch`],
    /// [`Error::NoEpochs`], [`Error::ValidationSplit`], [`Error::InputNotFinite`], [`Error::TargetNotFinite`],
    /// [`Error::TargetNotProbability`], [`Error::ClassOutOfRange`], and of weights [`Error::SampleWeights`],
    /// [`Error::SampleWeight`], [`Error::ClassWeight`]. While training: [`Error::Diverged`].
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
        let samples = check::<T, N::Head, N::Output, L, X, Y, N::Input>(data, &self.loss)?;
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
        W: Targets<T, N::Output, Tile = Y::Tile> + ?Sized,
        L: Loss<T, N::Head, N::Output, Y::Tile>,
        O: Optimizer,
        M: Metrics<T, N::Output, Y::Tile>,
        C: Callback<N>,
        R: Rng + ?Sized,
    {
        let samples = check::<T, N::Head, N::Output, L, X, Y, N::Input>(data, &self.loss)?;
        let validated = check::<T, N::Head, N::Output, L, V, W, N::Input>(validation, &self.loss)?;
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
        let state = state.get_or_insert_with(|| State::new(O::SLOTS, settings.level));
        let (loss, metrics, settings) = (*loss, *metrics, settings.clone());
        Fit { network, feed, known, loss, metrics, optimizer, callbacks, settings, state }
    }

    /// Makes one step on all samples of `data` as one batch, in order, and returns the loss before the step. Nothing
    /// is allocated after the first call with that many samples.
    ///
    /// What layers such as [`Dropout`](crate::layers::Dropout) draw depends on the [`seed`](Self::seed) and on how many
    /// steps were made before.
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
        let samples = check::<T, N::Head, N::Output, L, X, Y, N::Input>(data, &self.loss)?;
        let (loss, seed) = (self.loss, self.settings.seed);
        let (state, optimizer) = self.state();
        state.order.clear();
        state.order.extend(0..samples);
        let step = Step { iteration: state.iteration, learning_rate: state.learning_rate(optimizer) };
        let batch_loss = dispatch(
            state.pass.level(),
            Train {
                network,
                pass: &mut state.pass,
                data,
                indices: &state.order,
                noise: Noise::of_step(seed, state.iteration),
                loss: &loss,
                metrics: &(),
                loss_mean: &mut Mean::default(),
                metric_state: &mut (),
                optimizer,
                step,
                slots: &mut state.slots,
                previous: &mut state.previous,
            },
        );
        if !batch_loss.is_finite() {
            state.restore(network);
            let batch = usize::try_from(state.iteration).unwrap_or(usize::MAX) + 1;
            return Err(Error::Diverged { epoch: state.epoch, batch, loss: batch_loss });
        }
        state.moved = true;
        state.iteration += 1;
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
        let samples = check::<T, N::Head, N::Output, L, X, Y, N::Input>(data, &self.loss)?;
        let (loss, metrics) = (self.loss, self.metrics);
        Ok(evaluate(network, &mut self.state().0.pass, &loss, &metrics, data, 0..samples))
    }
}

/// Loss and metrics of the samples in `range`.
pub(super) fn evaluate<N, L, M, X, Y>(
    network: &N,
    pass: &mut Pass<N>,
    loss: &L,
    metrics: &M,
    data: Data<'_, X, Y>,
    range: Range<u32>,
) -> Scores
where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    M: Metrics<N::Scalar, N::Output, Y::Tile>,
{
    let (mut loss_mean, mut metric_state) = (Mean::default(), M::State::default());
    judge(network, pass, loss, metrics, data, range, (&mut loss_mean, &mut metric_state));
    judged::<N, Y::Tile, M>(network, metrics, &loss_mean, &metric_state)
}

/// Adds up loss and metrics of the samples in `range`.
pub(super) fn judge<N, L, M, X, Y>(
    network: &N,
    pass: &mut Pass<N>,
    loss: &L,
    metrics: &M,
    data: Data<'_, X, Y>,
    range: Range<u32>,
    (loss_mean, metric_state): (&mut Mean<N::Scalar>, &mut M::State),
) where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    M: Metrics<N::Scalar, N::Output, Y::Tile>,
{
    dispatch(pass.level(), Evaluate { network, pass, data, range, loss, metrics, loss_mean, metric_state });
}

/// What has been added up, and the penalty of the regularisers.
pub(super) fn judged<N: Network, Y, M: Metrics<N::Scalar, N::Output, Y>>(
    network: &N,
    metrics: &M,
    loss: &Mean<N::Scalar>,
    state: &M::State,
) -> Scores {
    let mut scores = scores::<N::Scalar, N::Output, Y, M>(metrics, loss, state);
    if const { N::REGULARIZED } {
        scores.loss += network.penalty(None);
    }
    scores
}

/// What has been gathered, with names.
pub(super) fn scores<T: Scalar, Z, Y, M: Metrics<T, Z, Y>>(metrics: &M, loss: &Mean<T>, state: &M::State) -> Scores {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    metrics.names(&mut |name, _| names.push(name));
    metrics.values(state, &mut |value| values.push(value));
    Scores { loss: loss.value(), metrics: names.into_iter().zip(values).collect() }
}
