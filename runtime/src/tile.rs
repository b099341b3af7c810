//! Tiles: a few samples that travel through the network together, one sample a lane.

use core::ops::Range;

use bytemuck::{Pod, Zeroable};
use fearless_simd::Simd;

use crate::activations::{Activation, Keep};
use crate::kernels::framed;
use crate::scalar::{Lane, Scalar};

/// `N` numbers of each of [`T::LANES`](Scalar::LANES) samples.
///
/// Column `i` holds number `i` of all the samples side by side, aligned to a cache line: one load fills a vector
/// register, whatever `N` is. So a layer of four neurons uses the vector unit as well as one of four thousand.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct Tile<T: Scalar, const N: usize>([T::Lane; N]);

// SAFETY: all-zero bytes are zero in every lane.
unsafe impl<T: Scalar, const N: usize> Zeroable for Tile<T, N> {}
// SAFETY: a transparent array of lanes, which are plain old data themselves.
unsafe impl<T: Scalar, const N: usize> Pod for Tile<T, N> {}

impl<T: Scalar, const N: usize> Tile<T, N> {
    /// The numbers `i` of all samples.
    #[inline(always)]
    pub fn load<S: Simd>(&self, simd: S, i: usize) -> T::Vector<S> {
        self.0[i].load(simd)
    }

    /// Replaces the numbers `i` of all samples.
    #[inline(always)]
    pub fn store<S: Simd>(&mut self, i: usize, column: T::Vector<S>) {
        self.0[i].store(column);
    }

    /// All columns.
    #[inline(always)]
    pub fn columns(&self) -> &[T::Lane; N] {
        &self.0
    }

    /// All columns.
    #[inline(always)]
    pub fn columns_mut(&mut self) -> &mut [T::Lane; N] {
        &mut self.0
    }

    /// Writes one sample into lane `lane`.
    #[inline(always)]
    pub fn set_sample(&mut self, lane: usize, sample: &[T; N]) {
        for (column, value) in self.0.iter_mut().zip(sample) {
            column.as_mut_slice()[lane] = *value;
        }
    }

    /// Reads the sample in lane `lane`.
    #[inline(always)]
    pub fn get_sample(&self, lane: usize, sample: &mut [T; N]) {
        for (value, column) in sample.iter_mut().zip(&self.0) {
            *value = column.as_slice()[lane];
        }
    }
}

/// The class of each sample of a tile: the target of a sparse loss.
///
/// Classes are kept as numbers of the scalar type, which holds every index up to 2^24 exactly, so that they compare
/// with vector instructions.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct Classes<T: Scalar>(pub T::Lane);

// SAFETY: class 0 for every sample.
unsafe impl<T: Scalar> Zeroable for Classes<T> {}
// SAFETY: a transparent wrapper of plain old data.
unsafe impl<T: Scalar> Pod for Classes<T> {}

/// What a layer takes or gives: the tile type, and the type of one sample of it.
pub trait Features<T: Scalar>: Pod + Send + Sync {
    /// `[T; N]`
    type Sample: Copy + Send + Sync + Zero<T>;
    /// `N`
    const N: usize;

    /// Reads the sample in lane `lane`.
    fn read(&self, lane: usize, sample: &mut Self::Sample);
    /// Writes one sample into lane `lane`.
    fn write(&mut self, lane: usize, sample: &Self::Sample);
    /// All columns.
    fn lanes(&self) -> &[T::Lane];
    /// All columns.
    fn lanes_mut(&mut self) -> &mut [T::Lane];
    /// `outputs = head(logits)`
    fn apply_head<S: Simd, H: Activation>(simd: S, head: &H, logits: &Self, outputs: &mut Self);
    /// Applies the head to the logits of one sample.
    fn predict_head<S: Simd, H: Activation>(simd: S, head: &H, sample: &mut Self::Sample);
    /// `sample += other`
    fn add_sample(sample: &mut Self::Sample, other: &Self::Sample);
    /// Turns the gradient with respect to the outputs into that with respect to the logits.
    fn backward_head<S: Simd, H: Activation>(simd: S, head: &H, logits: &Self, outputs: &Self, gradient: &mut Self);
}

/// A tile of targets for outputs `Z`: one like them, or [`Classes`].
pub trait TargetTile<T: Scalar, Z>: Pod {
    /// Chooses between the two places that a training step has for targets.
    fn choose<'a>(vectors: &'a mut Z, classes: &'a mut Classes<T>) -> &'a mut Self;
}

impl<T: Scalar, const N: usize> TargetTile<T, Self> for Tile<T, N> {
    #[inline(always)]
    fn choose<'a>(vectors: &'a mut Self, _: &'a mut Classes<T>) -> &'a mut Self {
        vectors
    }
}

impl<T: Scalar, Z> TargetTile<T, Z> for Classes<T> {
    #[inline(always)]
    fn choose<'a>(_: &'a mut Z, classes: &'a mut Self) -> &'a mut Self {
        classes
    }
}

/// Targets that are vectors as wide as the outputs, as the loss or metric `L` takes them.
#[diagnostic::on_unimplemented(
    message = "`{L}` takes vectors of {N} numbers as targets, but these are integers",
    label = "the targets are integers",
    note = "give it one-hot vectors, as `[0.0, 1.0]` for class 1 of 2, or with one output `1.0` for yes and `0.0` for no; or \
            write `SparseCategoricalCrossEntropy` as the loss and `Accuracy` as the metric, which take integers"
)]
pub trait VectorTargets<T: Scalar, const N: usize, L> {
    /// The vectors.
    fn vectors(&self) -> &Tile<T, N>;
}

impl<T: Scalar, const N: usize, L> VectorTargets<T, N, L> for Tile<T, N> {
    #[inline(always)]
    fn vectors(&self) -> &Self {
        self
    }
}

/// Targets that are classes, as the sparse loss or metric `L` takes them.
#[diagnostic::on_unimplemented(
    message = "`{L}` takes integers as targets, but these are vectors",
    label = "the targets are vectors",
    note = "give it the index of each sample's class, as `Vec<usize>`; or write `CategoricalCrossEntropy` as the loss \
            and `Accuracy` as the metric, which take vectors"
)]
pub trait ClassTargets<T: Scalar, L> {
    /// The classes.
    fn classes(&self) -> &Classes<T>;
}

impl<T: Scalar, L> ClassTargets<T, L> for Classes<T> {
    #[inline(always)]
    fn classes(&self) -> &Self {
        self
    }
}

/// A sample with all numbers zero.
pub trait Zero<T> {
    /// All numbers zero.
    const ZERO: Self;
}

impl<T: Scalar, const N: usize> Zero<T> for [T; N] {
    const ZERO: Self = [T::ZERO; N];
}

impl<T: Scalar, const N: usize> Features<T> for Tile<T, N> {
    type Sample = [T; N];
    const N: usize = N;

    #[inline(always)]
    fn read(&self, lane: usize, sample: &mut [T; N]) {
        self.get_sample(lane, sample);
    }

    #[inline(always)]
    fn write(&mut self, lane: usize, sample: &[T; N]) {
        self.set_sample(lane, sample);
    }

    #[inline(always)]
    fn lanes(&self) -> &[T::Lane] {
        &self.0
    }

    #[inline(always)]
    fn lanes_mut(&mut self) -> &mut [T::Lane] {
        &mut self.0
    }

    #[inline(always)]
    fn apply_head<S: Simd, H: Activation>(simd: S, head: &H, logits: &Self, outputs: &mut Self) {
        framed!(simd, {
            for i in 0..N {
                outputs.store::<S>(i, head.value(simd, logits.load(simd, i)));
            }
            head.across(simd, outputs);
        });
    }

    #[inline(always)]
    fn predict_head<S: Simd, H: Activation>(simd: S, head: &H, sample: &mut [T; N]) {
        head.predict(simd, sample);
    }

    #[inline(always)]
    fn add_sample(sample: &mut [T; N], other: &[T; N]) {
        for (number, other) in sample.iter_mut().zip(other) {
            *number += *other;
        }
    }

    #[inline(always)]
    fn backward_head<S: Simd, H: Activation>(simd: S, head: &H, logits: &Self, outputs: &Self, gradient: &mut Self) {
        head.backward(simd, H::Keep::tape_of(logits), outputs, gradient);
    }
}

/// The indices of the samples of each tile, `0..samples` in order.
#[inline(always)]
pub(crate) fn tiles(samples: Range<usize>, lanes: usize) -> impl Iterator<Item = ([u32; 16], Range<usize>)> {
    samples.clone().step_by(lanes).map(
        #[inline(always)]
        move |start| {
            let mut indices = [0; 16];
            for (index, number) in indices.iter_mut().zip(start..) {
                *index = u32::try_from(number).unwrap_or(u32::MAX);
            }
            (indices, start..samples.end.min(start + lanes))
        },
    )
}

/// `to = from`, column by column: an assignment of tiles passes over the stack in a build that is not optimised.
#[inline(always)]
pub(crate) fn copy<T: Scalar, Z: Features<T>>(from: &Z, to: &mut Z) {
    for (to, from) in to.lanes_mut().iter_mut().zip(from.lanes()) {
        *to = *from;
    }
}

/// Multiplies each sample of a tile by its weight.
#[inline(always)]
pub(crate) fn weigh<T: Scalar, Z: Features<T>, S: Simd>(simd: S, tile: &mut Z, weights: T::Vector<S>) {
    framed!(simd, {
        for column in tile.lanes_mut() {
            column.store(column.load(simd) * weights);
        }
    });
}

/// A sample between two layers of a prediction. The next layer reads number by number what the one before stored a
/// vector at a time: a vector that lies across two cache lines must first arrive in the cache, which is twice the time
/// of a small layer.
#[cfg_attr(any(target_arch = "x86", target_arch = "x86_64"), repr(align(64)))]
#[derive(Clone, Copy, Debug)]
pub struct Between<A>(pub A);
