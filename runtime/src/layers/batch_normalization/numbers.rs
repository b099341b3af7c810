//! What is kept: of the layer, and of a tile.

use bytemuck::{Pod, Zeroable};
use fearless_simd::Simd;
use nalgebra::{SMatrix, SVector};

use crate::scalar::Scalar;
use crate::tile::Tile;

/// What a [`BatchNormalization`](super::BatchNormalization) trains, and what it keeps for predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct BatchNormalizationParameters<T: Scalar, const N: usize, const CENTER: usize = 1, const SCALE: usize = 1> {
    /// What the normalized numbers are multiplied by.
    pub gamma: SMatrix<T, N, SCALE>,
    /// What is added to them then.
    pub beta: SMatrix<T, N, CENTER>,
    /// The mean in predictions.
    pub moving_mean: SVector<T, N>,
    /// The variance in predictions.
    pub moving_variance: SVector<T, N>,
}

// SAFETY: all fields are arrays of floats, for which all-zero bytes are zeros.
unsafe impl<T: Scalar, const N: usize, const CENTER: usize, const SCALE: usize> Zeroable
    for BatchNormalizationParameters<T, N, CENTER, SCALE>
{
}
// SAFETY: `repr(C)`, and all fields are arrays of the same float, so that there is no padding and every bit pattern is
// a value.
unsafe impl<T: Scalar, const N: usize, const CENTER: usize, const SCALE: usize> Pod
    for BatchNormalizationParameters<T, N, CENTER, SCALE>
{
}

impl<T: Scalar, const N: usize, const CENTER: usize, const SCALE: usize>
    BatchNormalizationParameters<T, N, CENTER, SCALE>
{
    /// `gamma`, or nothing.
    #[inline(always)]
    pub(super) fn gamma(&self) -> &[T] {
        self.gamma.data.0.as_flattened()
    }

    /// `beta`, or nothing.
    #[inline(always)]
    pub(super) fn beta(&self) -> &[T] {
        self.beta.data.0.as_flattened()
    }
}

/// What a [`BatchNormalization`](super::BatchNormalization) computes a tile with: the same for all tiles of a batch,
/// but for the lanes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct BatchNormalizationTape<T: Scalar, const N: usize> {
    /// 1 for each sample; 0 where the tile is longer than the batch.
    pub(super) lanes: T::Lane,
    pub(super) mean: [T; N],
    pub(super) variance: [T; N],
    /// `1 / sqrt(variance + epsilon)`
    pub(super) scale: [T; N],
    /// The mean of the gradient of the outputs over the batch; 0 where the statistics do not depend on the samples.
    pub(super) level: [T; N],
    /// The mean of that times the normal numbers.
    pub(super) along: [T; N],
}

// SAFETY: arrays of floats and a lane of them, for which all-zero bytes are zeros.
unsafe impl<T: Scalar, const N: usize> Zeroable for BatchNormalizationTape<T, N> {}

impl<T: Scalar, const N: usize> BatchNormalizationTape<T, N> {
    /// Number `i` of the samples with mean 0 and variance 1.
    #[inline(always)]
    pub(super) fn normal<S: Simd>(&self, simd: S, input: &Tile<T, N>, i: usize) -> T::Vector<S> {
        (input.load(simd, i) - self.mean[i]) * self.scale[i]
    }
}
