//! One batch, compiled for every instruction set.

use core::ops::Range;

use fearless_simd::Simd;

use super::fit::Data;
use crate::data::{Samples, Targets};
use crate::frozen;
use crate::kernels::Task;
use crate::kernels::flat::{Gather, first_lanes};
use crate::losses::Loss;
use crate::metrics::{Mean, Metrics};
use crate::network::{Network, Shares, TileMemory};
use crate::noise::{Inference, Noise, Training};
use crate::optimizers::{Descend, Optimizer, Step};
use crate::pass::{Pass, by_layer, tiles_at_once, weigh};
use crate::scalar::Scalar;
use crate::tile::TargetTile;

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
    /// Of the first of them.
    pub(super) noise: Noise,
    pub(super) loss: &'a L,
    pub(super) metrics: &'a M,
    pub(super) loss_mean: &'a mut Mean<N::Scalar>,
    pub(super) metric_state: &'a mut M::State,
    pub(super) optimizer: &'a mut O,
    pub(super) step: Step,
    pub(super) slots: &'a mut [N::Scalar],
    pub(super) previous: &'a mut [N::Scalar],
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
        let at_once = tiles_at_once::<N>();
        let Pass { tiles: memory, gradient, sums, .. } = &mut *self.pass;
        let remembered = N::Scalar::LANES * memory.len();
        let mut noise = self.noise;
        for indices in self.indices.chunks(remembered) {
            let groups = indices.chunks(N::Scalar::LANES * at_once);
            for (tiles, indices) in memory.chunks_mut(at_once).zip(groups) {
                let (loss, metrics) = ((self.loss, &mut *self.loss_mean), (self.metrics, &mut *self.metric_state));
                judge::<S, N, L, M, X, Y>(
                    simd,
                    self.network,
                    self.data,
                    indices,
                    tiles,
                    loss,
                    metrics,
                    Some((share, noise)),
                );
                noise = noise.at(indices.len());
                for (tile, _) in tiles.iter_mut().zip(indices.chunks(N::Scalar::LANES)) {
                    let shares = Shares { now: Some((&mut **gradient, &mut **sums)), later: true };
                    self.network.backward(simd, &tile.input, None, &mut tile.tape, shares);
                }
            }
            if const { whole_gradient::<N, O>() } || samples > remembered {
                let tiles = &memory[..indices.len().div_ceil(N::Scalar::LANES)];
                N::complete(simd, tiles, 0, &mut Gather::new(gradient.as_flat_mut(), 0));
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
                let mut descend = Descend { optimizer, step, parameters, gradient, slots, previous, start: 0 };
                N::complete(simd, tiles, 0, &mut descend);
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

/// Sends the samples of these numbers through the network, a few tiles side by side, and adds up loss and metrics. What
/// training and evaluation share is compiled once for both. Training tells the share of a sample in the gradient, and
/// where random numbers come from; only then have classes their weights.
#[allow(clippy::too_many_arguments, reason = "all that a step and an evaluation have in common")]
#[inline(never)]
fn judge<S, N, L, M, X, Y>(
    simd: S,
    network: &N,
    data: Data<'_, X, Y>,
    indices: &[u32],
    tiles: &mut [TileMemory<N>],
    (loss, loss_mean): (&L, &mut Mean<N::Scalar>),
    (metrics, metric_state): (&M, &mut M::State),
    training: Option<(N::Scalar, Noise)>,
) where
    S: Simd,
    N: Network,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    M: Metrics<N::Scalar, N::Output, Y::Tile>,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    simd.vectorize(
        #[inline(always)]
        || {
            let group = || indices.chunks(N::Scalar::LANES);
            for (tile, indices) in tiles.iter_mut().zip(group()) {
                data.0.gather(simd, indices, &mut tile.input);
                data.1.gather(simd, indices, Y::Tile::choose(&mut tile.vectors, &mut tile.classes));
            }
            // only where something is random are there two ways forward
            match training.filter(|_| const { N::STREAMS > 0 }) {
                Some((_, noise)) => {
                    for (number, (tile, _)) in tiles.iter_mut().zip(group()).enumerate() {
                        let mode = Training(noise.at(number * N::Scalar::LANES));
                        network.forward(simd, mode, &tile.input, &mut tile.tape);
                    }
                }
                None => {
                    for (tile, _) in tiles.iter_mut().zip(group()) {
                        network.forward(simd, Inference, &tile.input, &mut tile.tape);
                    }
                }
            }
            for (tile, indices) in tiles.iter_mut().zip(group()) {
                let lanes = first_lanes::<N::Scalar, S>(simd, indices.len());
                let targets = Y::Tile::choose(&mut tile.vectors, &mut tile.classes);
                let classes = if training.is_some() { loss.weigh(simd, targets, lanes) } else { lanes };
                let weights = data.1.weigh(simd, indices, classes);
                let (logits, d_logits) = N::logits(&mut tile.tape);
                let losses = loss.evaluate(simd, &N::HEAD, logits, targets, &mut tile.output, d_logits);
                loss_mean.add(simd, losses, weights);
                metrics.update(simd, metric_state, &tile.output, targets, lanes, weights);
                if let Some((share, _)) = training {
                    weigh(simd, d_logits, weights * share);
                }
            }
        },
    );
}

/// The optimizer's part of a step.
pub(super) struct Apply<'a, N: Network, O> {
    pub(super) optimizer: &'a mut O,
    pub(super) step: Step,
    pub(super) network: &'a mut N,
    pub(super) gradient: &'a mut N,
    pub(super) slots: &'a mut [N::Scalar],
    pub(super) previous: &'a mut [N::Scalar],
}

impl<N: Network, O: Optimizer> Task for Apply<'_, N, O> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { optimizer, step, network, gradient, slots, previous } = self;
        let (parameters, gradient) = (network.as_flat_mut(), gradient.as_flat_mut());
        let descend = Descend { optimizer, step, parameters, gradient, slots, previous, start: 0 };
        frozen::step::<N, O, S>(simd, descend);
        if const { N::CONSTRAINED } {
            network.constrain();
        }
    }
}

/// The most samples of the tiles that are side by side: 8 of 16.
const GROUP: usize = 8 * 16;

/// After so many tiles a running sum in the scalar type is added to one in `f64`.
const TILES: usize = 64;

/// Loss and metrics of a range of samples, without training.
pub(super) struct Evaluate<'a, N: Network, L, M: Metrics<N::Scalar, N::Output, Y::Tile>, X: ?Sized, Y>
where
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    pub(super) network: &'a N,
    pub(super) pass: &'a mut Pass<N>,
    pub(super) data: Data<'a, X, Y>,
    pub(super) range: Range<u32>,
    pub(super) loss: &'a L,
    pub(super) metrics: &'a M,
    pub(super) loss_mean: &'a mut Mean<N::Scalar>,
    pub(super) metric_state: &'a mut M::State,
}

impl<N, L, M, X, Y> Task for Evaluate<'_, N, L, M, X, Y>
where
    N: Network,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    M: Metrics<N::Scalar, N::Output, Y::Tile>,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let at_once = const { tiles_at_once::<N>() };
        let tiles = self.pass.tiles.get_mut(..at_once).unwrap_or_default();
        let (start, end) = (self.range.start as usize, self.range.end as usize);
        for batch in (start..end).step_by(TILES * N::Scalar::LANES) {
            let batch = batch..end.min(batch + TILES * N::Scalar::LANES);
            for start in batch.clone().step_by(at_once * N::Scalar::LANES) {
                let numbers = start..batch.end.min(start + at_once * N::Scalar::LANES);
                let indices = &mut [0; GROUP][..numbers.len()];
                for (index, number) in indices.iter_mut().zip(numbers) {
                    *index = u32::try_from(number).unwrap_or(u32::MAX);
                }
                let (loss, metrics) = ((self.loss, &mut *self.loss_mean), (self.metrics, &mut *self.metric_state));
                judge::<S, N, L, M, X, Y>(simd, self.network, self.data, indices, tiles, loss, metrics, None);
            }
            self.loss_mean.close(simd, batch.len() as f64);
            self.metrics.end_batch(simd, self.metric_state, batch.len());
        }
    }
}
