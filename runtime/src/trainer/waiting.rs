//! A batch whose tiles wait for each other in the middle of the network.

use fearless_simd::Simd;

use super::batch::{Train, whole_gradient};
use super::fit::Data;
use super::judge::{gather, score};
use super::parts::{cut_tiles, side_by_side, spread};
use crate::data::{Samples, Targets};
use crate::group::{Group, backward, forward, tiles_at_once};
use crate::kernels::Task;
use crate::kernels::dense::TILES;
use crate::kernels::sink::Gather;
use crate::layers::Way;
use crate::losses::Loss;
use crate::metrics::Metrics;
use crate::mode::Mode;
use crate::network::{Network, Shares, TileMemory};
use crate::noise::Noise;
use crate::optimizers::Optimizer;
use crate::pass::Pass;
use crate::scalar::Scalar;
use crate::threads::Divide;
use crate::tile::TargetTile as _;

/// Tiles on their way through what lies between two barriers.
struct Between<'a, N: Network, X: ?Sized, Y: ?Sized> {
    network: &'a N,
    data: Data<'a, X, Y>,
    indices: &'a [u32],
    tiles: &'a mut [TileMemory<N>],
    part: usize,
    /// Of the first sample on the way forward; there is none on the way back.
    noise: Option<Noise>,
}

impl<N: Network, X: Sync + ?Sized, Y: Sync + ?Sized> Divide for Between<'_, N, X, Y> {
    fn pieces(&self) -> usize {
        self.tiles.len()
    }

    fn divide(self, pieces: usize, of: usize) -> (Self, Self) {
        let Self { network, data, indices, tiles, part, noise } = self;
        let count = cut_tiles(tiles.len(), pieces, of);
        let samples = (count * N::Scalar::LANES).min(indices.len());
        let (first, second) = tiles.split_at_mut(count);
        let (indices, other_indices) = indices.split_at(samples);
        let later = noise.map(|noise| noise.at(samples));
        (
            Self { network, data, indices, tiles: first, part, noise },
            Self { network, data, indices: other_indices, tiles: second, part, noise: later },
        )
    }
}

impl<N, X, Y> Task for Between<'_, N, X, Y>
where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { network, data, indices, tiles, part, mut noise } = self;
        let at_once = const { tiles_at_once::<N>() };
        for (tiles, indices) in tiles.chunks_mut(at_once).zip(indices.chunks(at_once * N::Scalar::LANES)) {
            let Some(noise) = &mut noise else {
                let group = Group { part: Some(part), ..Group::new(tiles) };
                backward(simd, network, group, Shares { now: None, later: true });
                continue;
            };
            if part == 0 {
                for (tile, indices) in tiles.iter_mut().zip(indices.chunks(N::Scalar::LANES)) {
                    gather(simd, data, indices, tile);
                }
            }
            forward(simd, network, Mode::new(Some(*noise)), Group { part: Some(part), ..Group::new(tiles) });
            *noise = noise.at(indices.len());
        }
    }
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
    /// A step in which all tiles go as far as they can without each other, by all threads, and then on. Where they wait, and
    /// where loss and metrics are added up, one thread sees all of them.
    #[inline(always)]
    pub(super) fn in_parts<S: Simd>(self, simd: S) -> f64 {
        let (samples, lanes) = (self.indices.len(), N::Scalar::LANES);
        self.pass.remember(samples);
        let Pass { tiles, gradient, sums, .. } = &mut *self.pass;
        let tiles = tiles.get_mut(..samples.div_ceil(lanes)).unwrap_or_default();
        let (network, data, indices) = (&*self.network, self.data, self.indices);
        for part in 0..=N::BARRIERS {
            if let Some(barrier) = part.checked_sub(1) {
                N::meet(simd, barrier, Way::Forward, samples, &mut Group::new(tiles));
            }
            let onward = Between { network, data, indices, tiles: &mut *tiles, part, noise: Some(self.noise) };
            side_by_side::<N, S, _>(simd, self.threads, onward);
        }
        let share = N::Scalar::from_f64(1.0 / samples as f64);
        for (tile, indices) in tiles.iter_mut().zip(indices.chunks(lanes)) {
            let [losses, lanes, weights, costs] =
                score::<S, N, L, Y>(simd, data.1, indices, tile, self.loss, Some(share));
            let targets = Y::Tile::choose(&mut tile.vectors, &mut tile.classes);
            self.loss_mean.add(simd, losses, weights);
            if const { N::COSTS } {
                self.loss_mean.add(simd, costs, lanes);
            }
            self.metrics.update(simd, self.metric_state, &tile.output, targets, lanes, weights);
        }
        for part in (0..=N::BARRIERS).rev() {
            if const { spread::<N>() && N::COMPLETES } {
                let back = Between { network, data, indices, tiles: &mut *tiles, part, noise: None };
                side_by_side::<N, S, _>(simd, self.threads, back);
            } else {
                for tiles in tiles.chunks_mut(const { tiles_at_once::<N>() }) {
                    let shares = Shares { now: Some((&mut **gradient, &mut **sums)), later: true };
                    backward(simd, network, Group { part: Some(part), ..Group::new(tiles) }, shares);
                }
            }
            if let Some(barrier) = part.checked_sub(1) {
                N::meet(simd, barrier, Way::Back, samples, &mut Group::new(tiles));
            }
        }
        let remembered = TILES * lanes;
        if whole_gradient::<N, O>() || samples > remembered {
            for tiles in tiles.chunks(TILES) {
                N::complete(simd, tiles, 0, &mut Gather::new(gradient.as_flat_mut(), 0));
            }
        }
        self.end(simd, remembered)
    }
}
