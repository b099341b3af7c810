//! Loss and metrics without training.

use alloc::vec::Vec;
use core::ops::Range;

use fearless_simd::Simd;

use super::State;
use super::fit::Data;
use super::judge::{judge, judge_apart};
use super::parts::{spread, work_of};
use crate::data::{Samples, Targets};
use crate::error::Error;
use crate::group::{tiles_at_once, tiles_remembered};
use crate::history::Scores;
use crate::kernels::{Task, dispatch};
use crate::losses::Loss;
use crate::metrics::{Mean, MetricState as _, Metrics};
use crate::network::{Network, TileMemory};
use crate::scalar::Scalar;

/// The most samples of the tiles that are side by side.
const GROUP: usize = 16 * 16;

/// After so many tiles a running sum in the scalar type is added to one in `f64`.
const TILES: usize = 64;

/// Loss and metrics of the samples of some tiles, without training.
struct Evaluate<'a, N: Network, L, M: Metrics<N::Scalar, N::Output, Y::Tile>, X: ?Sized, Y>
where
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    network: &'a N,
    tiles: &'a mut [TileMemory<N>],
    data: Data<'a, X, Y>,
    indices: &'a [u32],
    /// How many samples a running sum is over that ends with these.
    ends: Option<usize>,
    loss: &'a L,
    metrics: &'a M,
    loss_mean: &'a mut Mean<N::Scalar>,
    metric_state: &'a mut M::State,
    /// How many share the work.
    threads: usize,
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
        let Self { network, tiles, data, indices, ends, loss, metrics, loss_mean, metric_state, threads } = self;
        let (loss, scores, samples) = ((loss, &mut *loss_mean), (metrics, &mut *metric_state), (indices, &[][..]));
        if const { spread::<N>() } {
            judge_apart::<S, N, L, M, X, Y>(simd, threads, network, data, samples, tiles, loss, scores, None);
        } else {
            judge::<S, N, L, M, X, Y>(simd, network, data, samples, tiles, loss, scores, None);
        }
        if let Some(samples) = ends {
            loss_mean.close(simd, samples as f64);
            metrics.end_batch(simd, metric_state, samples);
        }
    }
}

/// Loss and metrics of the samples in `range`.
pub(super) fn evaluate<N, L, M, X, Y>(
    network: &N,
    state: &mut State<N>,
    loss: &L,
    metrics: &M,
    data: Data<'_, X, Y>,
    range: Range<u32>,
) -> Result<Scores, Error>
where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    M: Metrics<N::Scalar, N::Output, Y::Tile>,
{
    let (mut loss_mean, mut metric_state) = (Mean::default(), M::State::default());
    add(network, state, loss, metrics, data, range, (&mut loss_mean, &mut metric_state))?;
    Ok(added::<N, Y::Tile, M>(network, metrics, &loss_mean, &metric_state))
}

/// Adds up loss and metrics of the samples in `range`, with as many threads as that is worth.
pub(super) fn add<N, L, M, X, Y>(
    network: &N,
    state: &mut State<N>,
    loss: &L,
    metrics: &M,
    data: Data<'_, X, Y>,
    range: Range<u32>,
    (loss_mean, metric_state): (&mut Mean<N::Scalar>, &mut M::State),
) -> Result<(), Error>
where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    M: Metrics<N::Scalar, N::Output, Y::Tile>,
{
    let State { pass, threads, .. } = state;
    let (level, work) = (pass.level(), range.len());
    let at_once = const { if spread::<N>() { tiles_remembered::<N>() } else { tiles_at_once::<N>() } };
    let tiles = pass.tiles.get_mut(..at_once).unwrap_or_default();
    let (start, end) = (range.start as usize, range.end as usize);
    // the loops are compiled once, and for each instruction set no more than what is done with a group
    let mut go = |threads| {
        let mut indices = [0; GROUP];
        for batch in (start..end).step_by(TILES * N::Scalar::LANES) {
            let batch = batch..end.min(batch + TILES * N::Scalar::LANES);
            for start in batch.clone().step_by(at_once * N::Scalar::LANES) {
                let numbers = start..batch.end.min(start + at_once * N::Scalar::LANES);
                let ends = (numbers.end == batch.end).then_some(batch.len());
                let indices = &mut indices[..numbers.len()];
                for (index, number) in indices.iter_mut().zip(numbers) {
                    *index = u32::try_from(number).unwrap_or(u32::MAX);
                }
                let (loss_mean, metric_state) = (&mut *loss_mean, &mut *metric_state);
                let (tiles, indices) = (&mut *tiles, &*indices);
                dispatch(
                    level,
                    Evaluate { network, tiles, data, indices, ends, loss, metrics, loss_mean, metric_state, threads },
                );
            }
        }
    };
    if const { !spread::<N>() } {
        go(1);
        return Ok(());
    }
    // a third of what it is in training
    let count = threads.worth(work_of::<N>(work) / 3);
    threads.within(count, move || go(count))
}

/// What has been added up, and the penalty of the regularisers.
pub(super) fn added<N: Network, Y, M: Metrics<N::Scalar, N::Output, Y>>(
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
