//! The parts of a step that threads do side by side.
//!
//! A number of the result is always computed in the same way, whichever thread does it: tiles depend on nothing but the
//! parameters, and the gradient of each parameter is summed over all tiles by one thread. What is summed over samples
//! beside that, loss and metrics, is left to the calling thread.

use fearless_simd::Simd;

use super::cut;
use super::fit::Data;
use super::judge::{forward, score};
use crate::data::{Samples, Targets};
use crate::frozen;
use crate::group::{Group, backward, by_layer, tiles_remembered, tiles_together};
use crate::kernels::Task;
use crate::kernels::sink::{Gather, Sink};
use crate::losses::Loss;
use crate::network::{Network, Shares, TileMemory};
use crate::noise::Noise;
use crate::optimizers::{Descend, Held, Optimizer};
use crate::scalar::{Lane as _, Scalar};
use crate::threads::{Divide, each, worthwhile};

/// How much work a sample is in training, in multiply-adds: forward, back, and its share of the gradient.
const fn work<N: Network>() -> usize {
    N::PARAMETERS.saturating_mul(3)
}

/// How much work `samples` are until threads must wait for each other.
pub(super) fn work_of<N: Network>(samples: usize) -> usize {
    samples.min(tiles_remembered::<N>() * N::Scalar::LANES).saturating_mul(work::<N>())
}

/// Whether a network is so large that some batch of it is worth a second thread. No other has the code for it.
pub(super) const fn spread<N: Network>() -> bool {
    by_layer::<N>() && worthwhile((tiles_remembered::<N>() * N::Scalar::LANES).saturating_mul(work::<N>()))
}

/// Does `whole` in as many parts as there are `threads`, where the network is large enough.
#[inline(always)]
pub(super) fn side_by_side<N: Network, S: Simd, P: Divide + Task<Output = ()>>(simd: S, threads: usize, whole: P) {
    if const { spread::<N>() } {
        each(threads, whole, &|part: P| {
            simd.vectorize(
                #[inline(always)]
                || part.run(simd),
            );
        });
    } else {
        whole.run(simd);
    }
}

/// Cuts samples into groups of `size`, each with what comes after it: the rest of them, or `coming`.
#[inline(always)]
pub(super) fn with_next<'a>(
    samples: &'a [u32],
    size: usize,
    coming: &'a [u32],
) -> impl Iterator<Item = (&'a [u32], &'a [u32])> {
    samples.chunks(size).zip(1..).map(
        #[inline(always)]
        move |(group, number)| {
            let rest = samples.get(number * size..).unwrap_or_default();
            (group, if rest.is_empty() { coming } else { rest })
        },
    )
}

/// How many of `tiles` are the first part: two and two, if that leaves something for the others. It is the longer one, since
/// the last tile may be ragged.
pub(super) const fn cut_tiles(tiles: usize, pieces: usize, of: usize) -> usize {
    let count = (tiles * pieces).div_ceil(of);
    if tiles >= 2 * of { count.next_multiple_of(2) } else { count }
}

/// Tiles on their way: forward, the loss, and in training back.
pub(super) struct Go<'a, N: Network, L, X: ?Sized, Y: ?Sized> {
    pub(super) network: &'a N,
    pub(super) data: Data<'a, X, Y>,
    pub(super) indices: &'a [u32],
    /// Those of the next batch, as far as they are known.
    pub(super) coming: &'a [u32],
    pub(super) tiles: &'a mut [TileMemory<N>],
    /// Receives the loss of each sample.
    pub(super) losses: &'a mut [<N::Scalar as Scalar>::Lane],
    pub(super) loss: &'a L,
    /// The share of a sample in the gradient, and the noise of the first.
    pub(super) training: Option<(N::Scalar, Noise)>,
}

impl<N: Network, L: Sync, X: Sync + ?Sized, Y: Sync + ?Sized> Divide for Go<'_, N, L, X, Y> {
    fn pieces(&self) -> usize {
        self.tiles.len()
    }

    fn divide(self, pieces: usize, of: usize) -> (Self, Self) {
        let Self { network, data, indices, coming, tiles, losses, loss, training } = self;
        let count = cut_tiles(tiles.len(), pieces, of);
        let samples = (count * N::Scalar::LANES).min(indices.len());
        let (first, second) = tiles.split_at_mut(count);
        let (losses, other_losses) = losses.split_at_mut(count.min(losses.len()));
        let (indices, other_indices) = indices.split_at(samples);
        let (coming, other_coming) = coming.split_at(samples.min(coming.len()));
        let later = training.map(|(share, noise)| (share, noise.at(samples)));
        (
            Self { network, data, indices, coming, tiles: first, losses, loss, training },
            Self {
                network,
                data,
                indices: other_indices,
                coming: other_coming,
                tiles: second,
                losses: other_losses,
                loss,
                training: later,
            },
        )
    }
}

impl<N, L, X, Y> Task for Go<'_, N, L, X, Y>
where
    N: Network,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let at_once = const { tiles_together::<S, N>() };
        let Self { network, data, indices, coming, tiles, losses, loss, mut training } = self;
        let groups = with_next(indices, N::Scalar::LANES * at_once, coming);
        for ((tiles, losses), indices) in tiles.chunks_mut(at_once).zip(losses.chunks_mut(at_once)).zip(groups) {
            forward(simd, network, data, indices, tiles, training.map(|(_, noise)| noise));
            let (indices, _) = indices;
            let each = tiles.iter_mut().zip(indices.chunks(N::Scalar::LANES));
            for ((tile, indices), losses) in each.zip(losses) {
                let share = training.map(|(share, _)| share);
                losses.store(score::<S, N, L, Y>(simd, data.1, indices, tile, loss, share)[0]);
            }
            let Some((_, noise)) = &mut training else { continue };
            *noise = noise.at(indices.len());
            if const { N::COMPLETES } {
                backward(simd, network, Group::new(tiles), Shares { now: None, later: true });
            }
        }
    }
}

/// Completes the gradient: hands it to a sink.
pub(super) struct Complete<'a, N: Network, K> {
    pub(super) tiles: &'a [TileMemory<N>],
    pub(super) sink: K,
}

impl<N: Network, K: Sink<N::Scalar> + Cut + Send> Divide for Complete<'_, N, K> {
    fn pieces(&self) -> usize {
        self.sink.range().len()
    }

    fn divide(self, pieces: usize, of: usize) -> (Self, Self) {
        let range = self.sink.range();
        let place = range.start + range.len() / of * pieces;
        let count = cut::near(N::LAYERS, place).clamp(range.start, range.end) - range.start;
        let (first, second) = self.sink.cut(count);
        (Self { tiles: self.tiles, sink: first }, Self { tiles: self.tiles, sink: second })
    }
}

impl<N: Network, K: Sink<N::Scalar>> Task for Complete<'_, N, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        N::complete(simd, self.tiles, 0, &mut self.sink);
    }
}

/// Moves parameters by a gradient that lies in memory.
pub(super) struct Move<'a, N: Network, O>(pub(super) Descend<'a, N::Scalar, O>);

impl<N: Network, O: Optimizer> Divide for Move<'_, N, O> {
    fn pieces(&self) -> usize {
        self.0.parameters.len()
    }

    fn divide(self, pieces: usize, of: usize) -> (Self, Self) {
        let count = self.0.parameters.len() / of * pieces;
        let (first, second) = self.0.cut(count.next_multiple_of(N::Scalar::LANES));
        (Self(first), Self(second))
    }
}

impl<N: Network, O: Optimizer> Task for Move<'_, N, O> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        frozen::step::<N, O, S>(simd, self.0);
    }
}

/// A sink that can be cut in two.
pub(super) trait Cut: Sized {
    /// The first `count` numbers, and the rest.
    fn cut(self, count: usize) -> (Self, Self);
}

impl<T> Cut for Gather<'_, T> {
    fn cut(self, count: usize) -> (Self, Self) {
        let Self { gradient, start } = self;
        let (first, second) = gradient.split_at_mut(count.min(gradient.len()));
        (Gather::new(first, start), Gather::new(second, start + count))
    }
}

impl<T, O: Clone> Cut for Descend<'_, T, O> {
    fn cut(self, count: usize) -> (Self, Self) {
        let Self { optimizer, step, parameters, gradient, slots, previous, start } = self;
        let copy = match &optimizer {
            Held::Lent(optimizer) => Held::Own((*optimizer).clone()),
            Held::Own(optimizer) => Held::Own(optimizer.clone()),
        };
        let count = count.min(parameters.len());
        let (parameters, other_parameters) = parameters.split_at_mut(count);
        let (gradient, other_gradient) = gradient.split_at_mut(count);
        let (slots, other_slots) = slots.split(count);
        let (previous, other_previous) = previous.split_at_mut(count.min(previous.len()));
        (
            Self { optimizer, step, parameters, gradient, slots, previous, start },
            Self {
                optimizer: copy,
                step,
                parameters: other_parameters,
                gradient: other_gradient,
                slots: other_slots,
                previous: other_previous,
                start: start + count,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::with_next;

    #[test]
    fn each_group_knows_what_comes_after_it() {
        let groups = |samples, coming| with_next(samples, 2, coming).collect::<Vec<(&[u32], &[u32])>>();
        assert_eq!(groups(&[5, 3, 1], &[7]), [(&[5, 3][..], &[1][..]), (&[1], &[7])]);
        assert_eq!(groups(&[5, 3], &[]), [(&[5, 3][..], &[][..])]);
        assert_eq!(groups(&[], &[7]), []);
    }
}
