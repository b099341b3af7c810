//! Fitting and evaluating.

use alloc::vec::Vec;
use core::ops::Range;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use super::Trainer;
use super::batch::{Evaluate, Train};
use super::shuffle::permute;
pub(super) use crate::data::Data;
use crate::data::{Samples, Targets, check};
use crate::error::Error;
use crate::history::{Epoch, History, Scores};
use crate::kernels::dispatch;
use crate::losses::Loss;
use crate::metrics::{Mean, MetricState as _, Metrics};
use crate::network::Network;
use crate::optimizers::{Optimizer, Step};
use crate::pass::Pass;
#[cfg(feature = "std")]
use crate::progress::Progress;
use crate::scalar::Scalar;

impl<T: Scalar, N: Network<Scalar = T>, L, O: Optimizer, M> Trainer<N, L, O, M> {
    /// Trains `network` on inputs and targets, drawing the order of the samples from `rng`.
    ///
    /// # Errors
    /// Before anything changes: [`Error::CountMismatch`], [`Error::NoSamples`], [`Error::NoBatch`],
    /// [`Error::NoEpochs`], [`Error::ValidationSplit`], [`Error::InputNotFinite`], [`Error::TargetNotFinite`],
    /// [`Error::TargetNotProbability`], [`Error::ClassOutOfRange`]. While training: [`Error::Diverged`].
    pub fn fit<X, Y, R>(&mut self, network: &mut N, data: Data<'_, X, Y>, rng: &mut R) -> Result<History, Error>
    where
        X: Samples<T, N::Input> + ?Sized,
        Y: Targets<T, N::Output> + ?Sized,
        L: Loss<T, N::Head, N::Output, Y::Tile>,
        M: Metrics<T, N::Output, Y::Tile>,
        R: Rng + ?Sized,
    {
        let samples = check::<T, N::Head, N::Output, L, X, Y, N::Input>(data)?;
        if self.validation_split == 0.0 {
            return self.run(network, data, samples, None, rng);
        }
        // Keras's rounding: the training part is cut off, not the validation part
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a count, or refused")]
        let training = (f64::from(samples) * (1.0 - self.validation_split)) as u32;
        if !(0.0..1.0).contains(&self.validation_split) || training == 0 || training >= samples {
            return Err(Error::ValidationSplit { split: self.validation_split, samples, training });
        }
        self.run(network, data, training, Some(&(data, training..samples)), rng)
    }

    /// As [`fit`](Self::fit), and reports loss and metrics on `validation` after every epoch.
    ///
    /// # Errors
    /// As `fit`.
    pub fn fit_validated<X, Y, R>(
        &mut self,
        network: &mut N,
        data: Data<'_, X, Y>,
        validation: Data<'_, X, Y>,
        rng: &mut R,
    ) -> Result<History, Error>
    where
        X: Samples<T, N::Input> + ?Sized,
        Y: Targets<T, N::Output> + ?Sized,
        L: Loss<T, N::Head, N::Output, Y::Tile>,
        M: Metrics<T, N::Output, Y::Tile>,
        R: Rng + ?Sized,
    {
        let samples = check::<T, N::Head, N::Output, L, X, Y, N::Input>(data)?;
        let validated = check::<T, N::Head, N::Output, L, X, Y, N::Input>(validation)?;
        self.run(network, data, samples, Some(&(validation, 0..validated)), rng)
    }

    /// The loop of `fit`, on the first `samples` of checked data.
    fn run<X, Y, R>(
        &mut self,
        network: &mut N,
        data: Data<'_, X, Y>,
        samples: u32,
        validation: Option<&(Data<'_, X, Y>, Range<u32>)>,
        rng: &mut R,
    ) -> Result<History, Error>
    where
        X: Samples<T, N::Input> + ?Sized,
        Y: Targets<T, N::Output> + ?Sized,
        L: Loss<T, N::Head, N::Output, Y::Tile>,
        M: Metrics<T, N::Output, Y::Tile>,
        R: Rng + ?Sized,
    {
        let (epochs, batch_size, shuffle) = (self.epochs, self.batch_size, self.shuffle);
        if batch_size == 0 {
            return Err(Error::NoBatch);
        }
        if epochs == 0 {
            return Err(Error::NoEpochs);
        }
        let (loss, metrics) = (self.loss, self.metrics);
        #[cfg(feature = "std")]
        let mut progress =
            self.progress.then(|| Progress::new(epochs, (samples as usize).div_ceil(batch_size), samples as usize));
        let (state, optimizer) = self.state();
        state.moved = false;
        let mut history = History::default();
        for _ in 0..epochs {
            #[cfg(feature = "std")]
            let start = std::time::Instant::now();
            state.epoch += 1;
            state.order.clear();
            state.order.extend(0..samples);
            if shuffle {
                // a fast generator, seeded anew each epoch from the caller's
                let mut fast = Xoshiro256PlusPlus::from_rng(rng);
                permute(&mut state.order, || fast.next_u64());
            }
            let mut loss_mean = Mean::default();
            let mut metric_state = M::State::default();
            let mut learning_rate = 0.0;
            for (batch, indices) in state.order.chunks(batch_size).enumerate() {
                learning_rate = optimizer.learning_rate(state.iteration);
                let batch_loss = dispatch(
                    state.pass.level(),
                    Train {
                        network,
                        pass: &mut state.pass,
                        data,
                        indices,
                        loss: &loss,
                        metrics: &metrics,
                        loss_mean: &mut loss_mean,
                        metric_state: &mut metric_state,
                        optimizer,
                        step: Step { iteration: state.iteration, learning_rate },
                        slots: &mut state.slots,
                        previous: &mut state.previous,
                    },
                );
                if !batch_loss.is_finite() {
                    let epoch = state.epoch;
                    state.restore(network);
                    return Err(Error::Diverged { epoch, batch: batch + 1, loss: batch_loss });
                }
                state.moved = true;
                state.iteration += 1;
                #[cfg(feature = "std")]
                if let Some(progress) = &mut progress {
                    progress.batch(state.epoch, batch + 1, || {
                        scores::<T, N::Output, Y::Tile, M>(&metrics, &loss_mean, &metric_state)
                    });
                }
            }
            let training = scores::<T, N::Output, Y::Tile, M>(&metrics, &loss_mean, &metric_state);
            let validation = validation
                .map(|(data, range)| evaluate(network, &mut state.pass, &loss, &metrics, *data, range.clone()));
            #[cfg(feature = "std")]
            let seconds = start.elapsed().as_secs_f64();
            #[cfg(not(feature = "std"))]
            let seconds = 0.0;
            let epoch = Epoch { epoch: state.epoch, training, validation, learning_rate, seconds };
            #[cfg(feature = "std")]
            if let Some(progress) = &mut progress {
                progress.end_epoch(&epoch);
            }
            history.epochs.push(epoch);
        }
        #[cfg(feature = "std")]
        if let Some(progress) = &mut progress {
            progress.finish();
        }
        Ok(history)
    }

    /// Makes one step on all samples of `data` as one batch, in order, and returns the loss before the step. Nothing
    /// is allocated after the first call with that many samples.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); [`Error::Diverged`] counts batches of this trainer.
    pub fn train_on_batch<X, Y>(&mut self, network: &mut N, data: Data<'_, X, Y>) -> Result<f64, Error>
    where
        X: Samples<T, N::Input> + ?Sized,
        Y: Targets<T, N::Output> + ?Sized,
        L: Loss<T, N::Head, N::Output, Y::Tile>,
    {
        let samples = check::<T, N::Head, N::Output, L, X, Y, N::Input>(data)?;
        let loss = self.loss;
        let (state, optimizer) = self.state();
        state.order.clear();
        state.order.extend(0..samples);
        let step = Step { iteration: state.iteration, learning_rate: optimizer.learning_rate(state.iteration) };
        let batch_loss = dispatch(
            state.pass.level(),
            Train {
                network,
                pass: &mut state.pass,
                data,
                indices: &state.order,
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
        M: Metrics<T, N::Output, Y::Tile>,
    {
        let samples = check::<T, N::Head, N::Output, L, X, Y, N::Input>(data)?;
        let (loss, metrics) = (self.loss, self.metrics);
        Ok(evaluate(network, &mut self.state().0.pass, &loss, &metrics, data, 0..samples))
    }
}

/// Loss and metrics of the samples in `range`.
fn evaluate<N, L, M, X, Y>(
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
    dispatch(
        pass.level(),
        Evaluate {
            network,
            pass,
            data,
            range,
            loss,
            metrics,
            loss_mean: &mut loss_mean,
            metric_state: &mut metric_state,
        },
    );
    scores::<N::Scalar, N::Output, Y::Tile, M>(metrics, &loss_mean, &metric_state)
}

/// What has been gathered, with names.
fn scores<T: Scalar, Z, Y, M: Metrics<T, Z, Y>>(metrics: &M, loss: &Mean<T>, state: &M::State) -> Scores {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    metrics.names(&mut |name| names.push(name));
    metrics.values(state, &mut |value| values.push(value));
    Scores { loss: loss.value(), metrics: names.into_iter().zip(values).collect() }
}
