//! A batch whose tiles wait for each other in the middle of the network.

use fearless_simd::Simd;

use super::batch::{Train, whole_gradient};
use super::judge::{gather, score};
use crate::data::{Samples, Targets};
use crate::kernels::dense::TILES;
use crate::kernels::flat::Gather;
use crate::layers::Way;
use crate::losses::Loss;
use crate::metrics::Metrics;
use crate::network::{Network, Shares, TapesMut, TileMemory};
use crate::optimizers::Optimizer;
use crate::pass::Pass;
use crate::scalar::Scalar;
use crate::tile::TargetTile as _;

/// The tiles of a batch.
struct Waiting<'a, N: Network> {
    tiles: &'a mut [TileMemory<N>],
    samples: usize,
}

impl<N: Network> TapesMut<N> for Waiting<'_, N> {
    #[inline(always)]
    fn count(&self) -> usize {
        self.tiles.len()
    }

    #[inline(always)]
    fn samples(&self) -> usize {
        self.samples
    }

    #[inline(always)]
    fn tile(&mut self, index: usize) -> (&N::Input, &mut N::Tape) {
        let TileMemory { input, tape, .. } = &mut self.tiles[index];
        (input, tape)
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
    /// A step in which all tiles go as far as they can without each other, and then on.
    #[inline(always)]
    pub(super) fn in_parts<S: Simd>(self, simd: S) -> f64 {
        let (samples, lanes) = (self.indices.len(), N::Scalar::LANES);
        self.pass.remember(samples);
        let Pass { tiles, gradient, sums, .. } = &mut *self.pass;
        let tiles = tiles.get_mut(..samples.div_ceil(lanes)).unwrap_or_default();
        for (tile, indices) in tiles.iter_mut().zip(self.indices.chunks(lanes)) {
            gather(simd, self.data, indices, tile);
        }
        for part in 0..=N::BARRIERS {
            if let Some(barrier) = part.checked_sub(1) {
                N::meet(simd, barrier, Way::Forward, &mut Waiting { tiles, samples });
            }
            for (number, TileMemory { input, tape, .. }) in tiles.iter_mut().enumerate() {
                self.network.forward_part(simd, part, self.noise.at(number * lanes), input, tape);
            }
        }
        let share = N::Scalar::from_f64(1.0 / samples as f64);
        for (tile, indices) in tiles.iter_mut().zip(self.indices.chunks(lanes)) {
            let [losses, lanes, weights, costs] =
                score::<S, N, L, Y>(simd, self.data.1, indices, tile, self.loss, Some(share));
            let targets = Y::Tile::choose(&mut tile.vectors, &mut tile.classes);
            self.loss_mean.add(simd, losses, weights);
            if const { N::COSTS } {
                self.loss_mean.add(simd, costs, lanes);
            }
            self.metrics.update(simd, self.metric_state, &tile.output, targets, lanes, weights);
        }
        for part in (0..=N::BARRIERS).rev() {
            for TileMemory { input, tape, .. } in tiles.iter_mut() {
                let shares = Shares { now: Some((&mut **gradient, &mut **sums)), later: true };
                self.network.backward_part(simd, part, input, None, tape, shares);
            }
            if let Some(barrier) = part.checked_sub(1) {
                N::meet(simd, barrier, Way::Back, &mut Waiting { tiles, samples });
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
