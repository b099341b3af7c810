//! The loop of `fit`: epochs, batches, and what happens beside them.

use alloc::vec::Vec;
use core::mem;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use super::batch::threads_for;
use super::evaluate::scores;
use super::feed::{Feed, Known};
use super::report::Report;
use super::run::Run;
use super::{Settings, State};
use crate::callbacks::{Callback, Training};
use crate::error::Error;
use crate::frozen;
use crate::group::by_layer;
use crate::history::{Epoch, History};
use crate::losses::Loss;
use crate::metrics::{Mean, Metrics};
use crate::network::Network;
use crate::noise::Noise;
use crate::optimizers::Optimizer;
use crate::scalar::Scalar;

/// One call of `fit`.
pub(super) struct Fit<'a, N: Network, L, O, M, C, F> {
    pub(super) network: &'a mut N,
    pub(super) feed: F,
    pub(super) known: Known,
    pub(super) loss: L,
    pub(super) metrics: M,
    pub(super) optimizer: &'a mut O,
    pub(super) callbacks: &'a mut C,
    pub(super) settings: Settings,
    pub(super) state: &'a mut State<N>,
}

/// The last batch of an epoch.
struct Last {
    learning_rate: f64,
    /// Which it was, from 1.
    batch: usize,
    loss: f64,
}

impl<T, N, L, O, M, C, F> Fit<'_, N, L, O, M, C, F>
where
    T: Scalar,
    N: Network<Scalar = T>,
    F: Feed<N, L, M>,
    L: Loss<T, N::Head, N::Output, F::Tile>,
    O: Optimizer,
    M: Metrics<T, N::Output, F::Tile>,
    C: Callback<N>,
{
    pub(super) fn run<R: Rng + ?Sized>(mut self, rng: &mut R) -> Result<History, F::Error> {
        let Settings { epochs, batch_size, steps, .. } = self.settings;
        if batch_size == 0 {
            return Err(Error::NoBatch.into());
        }
        if steps == Some(0) {
            return Err(Error::NoSteps.into());
        }
        if epochs == 0 {
            return Err(Error::NoEpochs.into());
        }
        self.optimizer.check()?;
        self.metrics.check()?;
        let mut names = Vec::new();
        self.metrics.names(&mut |name, direction| names.push((name, direction)));
        let mut report = Report::new(&self.settings, self.known, names, &self.optimizer);
        report.control.learning_rate = self.state.learning_rate;
        self.state.steps.kept = false;
        #[cfg(feature = "safetensors")]
        let checkpoint = self.open_checkpoint(&mut report, rng)?;
        let begun = self.beside(&mut report, (0, f64::NAN), C::on_train_begin);
        #[cfg(feature = "safetensors")]
        if let (Ok(()), Some(checkpoint)) = (&begun, checkpoint) {
            self.resume(&mut report, &checkpoint)?;
        }
        let ended = begun.map_err(F::Error::from).and_then(|()| self.epochs(&mut report, rng));
        // before the first step there is nothing to put in place
        if ended.is_ok() && self.state.steps.remembered() > 0 {
            frozen::keeping(self.network, |parameters| self.optimizer.finalize(parameters, &self.state.slots));
        }
        // however training has ended
        let at_end = self.beside(&mut report, (0, f64::NAN), C::on_train_end);
        self.state.learning_rate = report.control.learning_rate;
        ended?;
        at_end?;
        Ok(report.finish())
    }

    fn epochs<R: Rng + ?Sized>(&mut self, report: &mut Report, rng: &mut R) -> Result<(), F::Error> {
        for _ in report.history.epochs.len()..self.settings.epochs {
            if report.control.stop {
                break;
            }
            if !self.feed.begin(self.state.epoch + 1) {
                // what is used up later has been learnt from
                if report.history.epochs.is_empty() {
                    return Err(Error::NoSamples.into());
                }
                break;
            }
            #[cfg(feature = "std")]
            let start = crate::clock::Instant::now();
            self.state.epoch += 1;
            self.beside(report, (0, f64::NAN), C::on_epoch_begin)?;
            let mut order = mem::take(&mut self.state.order);
            // a fast generator, seeded anew each epoch from the caller's
            let mut fast = self.settings.draws().then(|| Xoshiro256PlusPlus::from_rng(rng));
            report.order(&mut order, self.known.samples.unwrap_or(0), fast.as_mut(), &self.settings);
            let noise = Noise::new(fast.map_or(0, |mut fast| fast.next_u64()));
            let (mut loss_mean, mut metric_state) = (Mean::default(), M::State::default());
            let batches = self.batches(report, &mut order, noise, (&mut loss_mean, &mut metric_state));
            self.state.order = order;
            let learning_rate = batches?;
            #[cfg(feature = "safetensors")]
            let whole = !report.control.stop;
            let training = scores::<T, N::Output, F::Tile, M>(&self.metrics, &loss_mean, &metric_state);
            let epoch = self.state.epoch;
            let validation = self.feed.validate(self.network, self.state, &self.loss, &self.metrics, epoch)?;
            #[cfg(feature = "std")]
            let seconds = start.elapsed().as_secs_f64();
            #[cfg(not(feature = "std"))]
            let seconds = 0.0;
            let epoch = Epoch { epoch, training, validation, learning_rate, seconds };
            report.end_epoch(epoch);
            self.beside(report, (0, f64::NAN), C::on_epoch_end)?;
            #[cfg(feature = "safetensors")]
            if whole {
                self.save_checkpoint(report)?;
            }
        }
        Ok(())
    }

    /// Trains on all batches of an epoch, and returns the last rate.
    fn batches(
        &mut self,
        report: &mut Report,
        order: &mut Vec<u32>,
        noise: Noise,
        means: (&mut Mean<T>, &mut M::State),
    ) -> Result<f64, F::Error> {
        // the trainer's own memory begins on a cache line, so that no vector of it lies on two, and the caller's network
        // may not; so while no one looks, the parameters are there, and those from before the step in the network
        let aside = const { by_layer::<N>() } && !self.callbacks.looks_at_batches();
        let change_places = |fit: &mut Self| {
            if aside {
                fit.network.as_flat_mut().swap_with_slice(fit.state.previous.as_flat_mut());
            }
        };
        change_places(self);
        let batches = self.each_batch(report, order, noise, means, aside);
        change_places(self);
        // the next batch would see it; there may be none
        let astray = !self.state.look(self.network) || batches.as_ref().is_ok_and(|last| !last.loss.is_finite());
        if astray {
            self.state.take_back(self.network);
        }
        let Last { learning_rate, batch, loss } = batches?;
        if astray { Err(self.state.diverged(batch as u64, loss).into()) } else { Ok(learning_rate) }
    }

    /// Trains on all batches, or until the loss of one is not finite.
    fn each_batch(
        &mut self,
        report: &mut Report,
        order: &mut Vec<u32>,
        noise: Noise,
        (loss_mean, metric_state): (&mut Mean<T>, &mut M::State),
        aside: bool,
    ) -> Result<Last, F::Error> {
        let (mut learning_rate, mut batch, mut samples, mut loss) = (0.0, 0, 0, 0.0);
        // who has stopped the training already waits for the first batch
        let followed = self.callbacks.follows_batches() || report.control.stop;
        while let Some(next) = self.feed.next(order, samples, &self.loss) {
            let (data, indices, size) = next?;
            let (indices, coming) = indices.split_at(if followed { size.min(indices.len()) } else { indices.len() });
            let state = &mut *self.state;
            let (mut network, mut previous) = (&mut *self.network, &mut **state.previous);
            if aside {
                mem::swap(&mut network, &mut previous);
            }
            // threads that are awake go on with the next batch; to wake them costs as much as a small one
            let count = threads_for::<N>(&state.threads, size.min(indices.len()));
            let mut run = Run {
                network,
                previous,
                pass: &mut state.pass,
                slots: &mut state.slots,
                marked: &mut state.marked,
                data,
                indices,
                size,
                coming,
                noise: noise.at(samples),
                loss: &self.loss,
                optimizer: &mut *self.optimizer,
                steps: state.steps,
                learning_rate: report.control.learning_rate,
                threads: count,
            };
            let go = || {
                let mut batch_loss = f64::NAN;
                for (number, indices) in indices.chunks(size).enumerate() {
                    let step = run.told(number)?;
                    learning_rate = step.learning_rate;
                    batch_loss = run.train((number, step), &self.metrics, (&mut *loss_mean, &mut *metric_state));
                    (batch, samples) = (batch + 1, samples + indices.len());
                    if !batch_loss.is_finite() {
                        break;
                    }
                    state.steps.count();
                    #[cfg(feature = "std")]
                    if let Some(progress) = &mut report.progress {
                        progress.batch(state.epoch, batch, || {
                            scores::<T, N::Output, F::Tile, M>(&self.metrics, loss_mean, metric_state)
                        });
                    }
                }
                Ok::<_, Error>(batch_loss)
            };
            loss = state.threads.within(count, go)??;
            if !loss.is_finite() {
                return Ok(Last { learning_rate, batch, loss });
            }
            if followed {
                self.beside(report, (batch, loss), C::on_batch_end)?;
                if report.control.stop {
                    break;
                }
            }
        }
        #[cfg(feature = "std")]
        if let Some(progress) = &mut report.progress {
            progress.counted(batch, samples);
        }
        Ok(Last { learning_rate, batch, loss })
    }

    /// Calls the callbacks.
    #[inline(never)]
    pub(super) fn beside(
        &mut self,
        report: &mut Report,
        (batch, batch_loss): (usize, f64),
        call: fn(&mut C, &mut Training<'_, N>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let iteration = self.state.steps.made;
        call(
            self.callbacks,
            &mut Training {
                network: self.network,
                history: &report.history,
                epoch: self.state.epoch,
                batch,
                batch_loss,
                iteration,
                learning_rate: self.optimizer.learning_rate(iteration),
                control: &mut report.control,
                metrics: &report.names,
                validated: self.known.validated.is_some(),
            },
        )
    }
}
