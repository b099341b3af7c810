//! From samples to their loss.

use fearless_simd::Simd;

use super::fit::Data;
use super::parts::{Go, side_by_side};
use crate::data::{Samples, Targets};
use crate::group::{Group, onward};
use crate::kernels::ahead::Ahead;
use crate::kernels::dense::TILES;
use crate::kernels::flat::first_lanes;
use crate::kernels::framed;
use crate::losses::Loss;
use crate::metrics::{Mean, Metrics};
use crate::mode::Mode;
use crate::network::{Network, TileMemory};
use crate::noise::Noise;
use crate::scalar::{Lane as _, Scalar};
use crate::tile::{TargetTile as _, weigh};

/// Sends the samples of these numbers through the network, a few tiles side by side, and adds up loss and metrics. What
/// training and evaluation share is compiled once for both. Training tells the share of a sample in the gradient, and
/// where random numbers come from; only then have classes their weights.
#[allow(clippy::too_many_arguments, reason = "all that a step and an evaluation have in common")]
#[inline(never)]
pub(super) fn judge<S, N, L, M, X, Y>(
    simd: S,
    network: &N,
    data: Data<'_, X, Y>,
    (indices, coming): (&[u32], &[u32]),
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
            forward(simd, network, data, (indices, coming), tiles, training.map(|(_, noise)| noise));
            for (tile, indices) in tiles.iter_mut().zip(indices.chunks(N::Scalar::LANES)) {
                let share = training.map(|(share, _)| share);
                let [losses, lanes, weights, costs] = score::<S, N, L, Y>(simd, data.1, indices, tile, loss, share);
                let targets = Y::Tile::choose(&mut tile.vectors, &mut tile.classes);
                loss_mean.add(simd, losses, weights);
                metrics.update(simd, metric_state, &tile.output, targets, lanes, weights);
                if const { N::COSTS } {
                    loss_mean.add(simd, costs, lanes);
                }
            }
        },
    );
}

/// The same by several threads, which in training also send the tiles back through a network that
/// [completes](Network::COMPLETES) all of its gradient later. Loss and metrics are added up in the same order, by this
/// thread. There are at most [`TILES`] tiles.
#[allow(clippy::too_many_arguments, reason = "all that a step and an evaluation have in common")]
pub(super) fn judge_apart<S, N, L, M, X, Y>(
    simd: S,
    threads: usize,
    network: &N,
    data: Data<'_, X, Y>,
    (indices, coming): (&[u32], &[u32]),
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
    let mut losses = [<N::Scalar as Scalar>::Lane::splat(N::Scalar::ZERO); TILES];
    let tiles = tiles.split_at_mut(indices.len().div_ceil(N::Scalar::LANES).min(tiles.len())).0;
    let go = Go { network, data, indices, coming, tiles: &mut *tiles, losses: &mut losses, loss, training };
    side_by_side::<N, S, _>(simd, threads, go);
    for ((tile, indices), losses) in tiles.iter_mut().zip(indices.chunks(N::Scalar::LANES)).zip(&losses) {
        let targets = Y::Tile::choose(&mut tile.vectors, &mut tile.classes);
        let (lanes, weights) = weights::<S, N, L, Y>(simd, data.1, indices, targets, loss, training.is_some());
        loss_mean.add(simd, losses.load(simd), weights);
        metrics.update(simd, metric_state, &tile.output, targets, lanes, weights);
        if const { N::COSTS } {
            // once more, so that they need no place of their own
            let costs = cost(simd, tile, lanes, training.map(|(share, _)| share));
            loss_mean.add(simd, costs, lanes);
        }
    }
}

/// What the outputs of the layers cost each sample of a tile that has been forward.
#[inline(always)]
fn cost<S: Simd, N: Network>(
    simd: S,
    tile: &mut TileMemory<N>,
    lanes: <N::Scalar as Scalar>::Vector<S>,
    share: Option<N::Scalar>,
) -> <N::Scalar as Scalar>::Vector<S> {
    framed!(simd, N::cost(simd, &mut tile.tape, lanes * share.unwrap_or(N::Scalar::ZERO)))
}

/// Gathers samples and targets of a tile.
#[inline(always)]
pub(super) fn gather<S, N, X, Y>(simd: S, data: Data<'_, X, Y>, indices: &[u32], tile: &mut TileMemory<N>)
where
    S: Simd,
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    framed!(simd, {
        data.0.gather(simd, indices, &mut tile.input);
        data.1.gather(simd, indices, Y::Tile::choose(&mut tile.vectors, &mut tile.classes));
    });
}

/// Gathers samples and targets, and sends the samples through the network. Large ones ask meanwhile for those that come.
#[inline(always)]
pub(super) fn forward<S, N, X, Y>(
    simd: S,
    network: &N,
    data: Data<'_, X, Y>,
    (indices, coming): (&[u32], &[u32]),
    tiles: &mut [TileMemory<N>],
    noise: Option<Noise>,
) where
    S: Simd,
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    let tiles = tiles.get_mut(..indices.len().div_ceil(N::Scalar::LANES)).unwrap_or_default();
    for (tile, indices) in tiles.iter_mut().zip(indices.chunks(N::Scalar::LANES)) {
        gather(simd, data, indices, tile);
    }
    let ahead = || Some(Ahead::new(data.0.in_memory()?, coming));
    onward(simd, network, Mode::new(noise), ahead, Group::new(tiles));
}

/// The loss of each sample of a tile that has been forward, 1 for each lane that holds one, what each counts, and what its
/// outputs cost. In training, where a sample has this share in the gradient, computes that with respect to the logits.
#[inline(always)]
pub(super) fn score<S, N, L, Y>(
    simd: S,
    targets: &Y,
    indices: &[u32],
    tile: &mut TileMemory<N>,
    loss: &L,
    share: Option<N::Scalar>,
) -> [<N::Scalar as Scalar>::Vector<S>; 4]
where
    S: Simd,
    N: Network,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    let gathered = Y::Tile::choose(&mut tile.vectors, &mut tile.classes);
    let (lanes, weights) = weights::<S, N, L, Y>(simd, targets, indices, gathered, loss, share.is_some());
    let (logits, d_logits) = N::logits(&mut tile.tape);
    let losses = framed!(simd, loss.evaluate(simd, &N::HEAD, logits, gathered, &mut tile.output, d_logits));
    if let Some(share) = share {
        weigh(simd, d_logits, weights * share);
    }
    let costs = if const { N::COSTS } { cost(simd, tile, lanes, share) } else { lanes };
    [losses, lanes, weights, costs]
}

/// 1 for each lane of a tile that holds a sample, and what each counts.
#[inline(always)]
fn weights<S, N, L, Y>(
    simd: S,
    targets: &Y,
    indices: &[u32],
    gathered: &Y::Tile,
    loss: &L,
    training: bool,
) -> (<N::Scalar as Scalar>::Vector<S>, <N::Scalar as Scalar>::Vector<S>)
where
    S: Simd,
    N: Network,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    framed!(simd, {
        let lanes = first_lanes::<N::Scalar, S>(simd, indices.len());
        let classes = if training { loss.weigh(simd, gathered, lanes) } else { lanes };
        (lanes, targets.weigh(simd, indices, classes))
    })
}
