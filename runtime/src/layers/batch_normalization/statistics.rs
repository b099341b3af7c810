//! What all tiles of a batch tell of it.

use fearless_simd::{Simd, SimdBase};

use super::{BatchNormalization, BatchNormalizationTape};
use crate::kernels::flat::first_lanes;
use crate::kernels::transpose::sum;
use crate::layers::normal::inverse_root;
use crate::layers::{Layer, Trace};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;
use crate::tiles::{Passing, Tiles};

impl<const N: usize, const CENTER: usize, const SCALE: usize, B: Copy, G: Copy, M: Copy, V: Copy>
    BatchNormalization<N, CENTER, SCALE, B, G, M, V>
{
    /// The statistics of the inputs of a batch, which go to the tape of each tile. The mean first, and then the squares
    /// of what is left, so that nothing cancels.
    #[inline(always)]
    pub(super) fn gather<T: Scalar, S: Simd>(
        &self,
        simd: S,
        samples: usize,
        batch: &mut impl Tiles<Tile<T, N>, Trace<T, Self>>,
    ) where
        Self: Layer<T, Input = Tile<T, N>, Tape = BatchNormalizationTape<T, N>>,
    {
        let count = batch.count();
        let share = T::from_f64(1.0 / samples as f64);
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        for tile in 0..count {
            let lanes = first_lanes::<T, S>(simd, T::LANES.min(samples.saturating_sub(tile * T::LANES)));
            let Trace { tape, .. } = batch.tile(tile).kept;
            tape.lanes.store(lanes);
        }
        for i in 0..N {
            let (mut total, mut squares) = (zero, zero);
            for tile in 0..count {
                let Passing { input, kept: Trace { tape, .. }, .. } = batch.tile(tile);
                total += input.load(simd, i) * tape.lanes.load(simd);
            }
            let mean = sum::<T, S>(simd, total) * share;
            for tile in 0..count {
                let Passing { input, kept: Trace { tape, .. }, .. } = batch.tile(tile);
                let from_mean = (input.load(simd, i) - mean) * tape.lanes.load(simd);
                squares += from_mean * from_mean;
            }
            let variance = sum::<T, S>(simd, squares) * share;
            // beyond the largest float all samples would be alike, in this step and by the moving average in all
            // predictions: so it is no number, and the loss says so
            let scale = if variance.finite() {
                inverse_root::<T, S>(simd, variance + T::from_f64(self.epsilon))
            } else {
                T::from_f64(f64::NAN)
            };
            for tile in 0..count {
                let Trace { tape, .. } = batch.tile(tile).kept;
                (tape.mean[i], tape.variance[i], tape.scale[i]) = (mean, variance, scale);
            }
        }
    }

    /// The means over a batch of the gradient of the outputs, and of that times the normal numbers: how far the
    /// statistics follow each sample.
    #[inline(always)]
    pub(super) fn gather_back<T: Scalar, S: Simd>(
        simd: S,
        samples: usize,
        batch: &mut impl Tiles<Tile<T, N>, Trace<T, Self>>,
    ) where
        Self: Layer<T, Input = Tile<T, N>, Output = Tile<T, N>, Tape = BatchNormalizationTape<T, N>>,
    {
        let count = batch.count();
        let share = T::from_f64(1.0 / samples as f64);
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let (mut level, mut along) = (zero, zero);
            for tile in 0..count {
                let Passing { input, kept: Trace { d_output, tape, .. }, .. } = batch.tile(tile);
                let d = d_output.load(simd, i);
                level += d;
                along += d * tape.normal(simd, input, i);
            }
            let (level, along) = (sum::<T, S>(simd, level) * share, sum::<T, S>(simd, along) * share);
            for tile in 0..count {
                let Trace { tape, .. } = batch.tile(tile).kept;
                (tape.level[i], tape.along[i]) = (level, along);
            }
        }
    }
}
