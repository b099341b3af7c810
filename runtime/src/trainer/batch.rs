//! One batch, compiled for every instruction set.

use fearless_simd::Simd;

use super::fit::Data;
use super::judge::{judge, judge_apart};
use super::parts::{Complete, Move, side_by_side, spread, with_next, work_of};
use crate::data::{Samples, Targets};
use crate::error::Error;
use crate::frozen;
use crate::group::{Group, backward, by_layer, tiles_at_once};
use crate::kernels::sink::Gather;
use crate::kernels::slots::CUT;
use crate::kernels::{Task, dispatch};
use crate::losses::Loss;
use crate::metrics::{Mean, Metrics};
use crate::network::{Network, Shares};
use crate::noise::Noise;
use crate::optimizers::{Descend, Optimizer, Step};
use crate::pass::Pass;
use crate::scalar::Scalar;
use crate::threads::Threads;

/// A step of training: forward, loss, backward over all tiles of a batch, then the optimizer. Gives the batch's loss;
/// where that is not finite the parameters stay.
pub(super) struct Train<'a, N: Network, L, O, M: Metrics<N::Scalar, N::Output, Y::Tile>, X: ?Sized, Y>
where
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    pub(super) network: &'a mut N,
    pub(super) pass: &'a mut Pass<N>,
    pub(super) data: Data<'a, X, Y>,
    pub(super) indices: &'a [u32],
    /// Those of the next batch, as far as they are known.
    pub(super) coming: &'a [u32],
    /// Of the first of them.
    pub(super) noise: Noise,
    pub(super) loss: &'a L,
    pub(super) metrics: &'a M,
    pub(super) loss_mean: &'a mut Mean<N::Scalar>,
    pub(super) metric_state: &'a mut M::State,
    pub(super) optimizer: &'a mut O,
    pub(super) step: Step,
    pub(super) slots: &'a mut [N::Scalar],
    /// Where the parameters from before the step go; it may be empty where [`repeats`](super::run::repeats).
    pub(super) previous: &'a mut [N::Scalar],
    /// How many share the work.
    pub(super) threads: usize,
}

impl<N, L, O, M, X, Y> Train<'_, N, L, O, M, X, Y>
where
    N: Network,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    O: Optimizer,
    M: Metrics<N::Scalar, N::Output, Y::Tile>,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    /// Makes the step with as many threads as it is worth.
    pub(super) fn with(self, threads: &mut Threads) -> Result<f64, Error> {
        let (level, count) = (self.pass.level(), threads_for::<N>(threads, self.indices.len()));
        threads.within(count, move || dispatch(level, Self { threads: count, ..self }))
    }
}

/// How many threads a batch of so many samples is worth.
#[inline(always)]
pub(super) fn threads_for<N: Network>(threads: &Threads, samples: usize) -> usize {
    if const { spread::<N>() } { threads.worth(work_of::<N>(samples)) } else { 1 }
}

impl<N, L, O, M, X, Y> Task for Train<'_, N, L, O, M, X, Y>
where
    N: Network,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    O: Optimizer,
    M: Metrics<N::Scalar, N::Output, Y::Tile>,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        if const { N::BARRIERS > 0 } {
            return self.in_parts(simd);
        }
        let samples = self.indices.len();
        let share = N::Scalar::from_f64(1.0 / samples as f64);
        let Pass { tiles: memory, gradient, sums, .. } = &mut *self.pass;
        let remembered = N::Scalar::LANES * memory.len();
        let mut noise = self.noise;
        for (indices, coming) in with_next(self.indices, remembered, self.coming) {
            // those that do not depend on each other go on at once: by the threads, or a few in one
            let at_once = if const { spread::<N>() } { memory.len() } else { const { tiles_at_once::<N>() } };
            let groups = with_next(indices, N::Scalar::LANES * at_once, coming);
            for (tiles, (indices, coming)) in memory.chunks_mut(at_once).zip(groups) {
                let (loss, metrics) = ((self.loss, &mut *self.loss_mean), (self.metrics, &mut *self.metric_state));
                let (network, data, training) = (&*self.network, self.data, Some((share, noise)));
                if const { spread::<N>() } {
                    let threads = self.threads;
                    judge_apart::<S, N, L, M, X, Y>(
                        simd,
                        threads,
                        network,
                        data,
                        (indices, coming),
                        tiles,
                        loss,
                        metrics,
                        training,
                    );
                } else {
                    judge::<S, N, L, M, X, Y>(simd, network, data, (indices, coming), tiles, loss, metrics, training);
                }
                noise = noise.at(indices.len());
                if const { spread::<N>() && N::COMPLETES } {
                    // they have been back
                    continue;
                }
                let tiles = tiles.get_mut(..indices.len().div_ceil(N::Scalar::LANES)).unwrap_or_default();
                let shares = Shares { now: Some((&mut **gradient, &mut **sums)), later: true };
                backward(simd, network, Group::new(tiles), shares);
            }
            if const { whole_gradient::<N, O>() } || samples > remembered {
                let tiles = &memory[..indices.len().div_ceil(N::Scalar::LANES)];
                let sink = Gather::new(gradient.as_flat_mut(), 0);
                side_by_side::<N, S, _>(simd, self.threads, Complete { tiles, sink });
            }
        }
        self.end(simd, remembered)
    }
}

impl<N, L, O, M, X, Y> Train<'_, N, L, O, M, X, Y>
where
    N: Network,
    O: Optimizer,
    M: Metrics<N::Scalar, N::Output, Y::Tile>,
    X: ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    /// Ends a batch whose tiles have been forward and back: the rest of the gradient, and the optimizer's step. So many
    /// samples can be completed at once.
    #[inline(always)]
    pub(super) fn end<S: Simd>(self, simd: S, remembered: usize) -> f64 {
        let samples = self.indices.len();
        let Pass { tiles: memory, gradient, sums, .. } = self.pass;
        self.metrics.end_batch(simd, self.metric_state, samples);
        let mut loss = self.loss_mean.close(simd, samples as f64) / samples as f64;
        if const { !N::COMPLETES } {
            N::finish(simd, gradient, sums);
        }
        if const { N::REGULARIZED } {
            let penalty = self.network.penalty(Some(gradient));
            self.loss_mean.raise(penalty * samples as f64);
            loss += penalty;
        }
        if let Some(first) = memory.first().filter(|_| const { N::BARRIERS > 0 } && loss.is_finite()) {
            self.network.absorb(&first.tape);
        }
        if !const { whole_gradient::<N, O>() } && samples <= remembered {
            if loss.is_finite() {
                let tiles = &memory[..samples.div_ceil(N::Scalar::LANES)];
                let Self { optimizer, step, network, slots, previous, .. } = self;
                let (parameters, gradient) = (network.as_flat_mut(), gradient.as_flat_mut());
                let sink = Descend::new(optimizer, step, parameters, gradient, slots, previous);
                side_by_side::<N, S, _>(simd, movers::<N, O>(self.threads), Complete { tiles, sink });
                if const { N::CONSTRAINED } {
                    network.constrain();
                }
            }
            return loss;
        }
        if loss.is_finite() {
            Apply {
                optimizer: self.optimizer,
                step: self.step,
                network: self.network,
                gradient,
                slots: self.slots,
                previous: self.previous,
                threads: self.threads,
            }
            .run(simd);
        }
        loss
    }
}

/// Whether the optimizer waits for the whole gradient, to which regularisers add.
pub(super) const fn whole_gradient<N: Network, O: Optimizer>() -> bool {
    !by_layer::<N>() || O::WHOLE || N::REGULARIZED
}

/// How many of the threads can move parameters. An optimizer that wants the whole is given even what is not trained, which
/// is put back afterwards.
const fn movers<N: Network, O: Optimizer>(threads: usize) -> usize {
    if !O::PARTS || O::SLOTS > CUT || O::WHOLE && frozen::any::<N>() { 1 } else { threads }
}

/// The optimizer's part of a step.
pub(super) struct Apply<'a, N: Network, O> {
    pub(super) optimizer: &'a mut O,
    pub(super) step: Step,
    pub(super) network: &'a mut N,
    pub(super) gradient: &'a mut N,
    pub(super) slots: &'a mut [N::Scalar],
    pub(super) previous: &'a mut [N::Scalar],
    pub(super) threads: usize,
}

impl<N: Network, O: Optimizer> Task for Apply<'_, N, O> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { optimizer, step, network, gradient, slots, previous, threads } = self;
        let (parameters, gradient) = (network.as_flat_mut(), gradient.as_flat_mut());
        let mut all = Descend::new(optimizer, step, parameters, gradient, slots, previous);
        all.survey(simd);
        side_by_side::<N, S, _>(simd, movers::<N, O>(threads), Move::<N, O>(all));
        if const { N::CONSTRAINED } {
            network.constrain();
        }
    }
}
