//! The outputs that fill no square, where they fill more than half of a vector: they too lie sample by sample.

use core::ops::Range;

use bytemuck::{cast_slice, cast_slice_mut};
use fearless_simd::{Simd, SimdBase};

use super::weights::{ask, hand_over, next_block, wanted};
use super::{Columns, registers};
use crate::kernels::sink::Sink;
use crate::kernels::transpose::transpose;
use crate::scalar::{Lane, Scalar};

/// Whether the outputs that fill no square of a layer of so many lie sample by sample too, those of one sample after those of
/// another: where they fill more than half of a vector, and what follows the last can be loaded with it.
#[inline(always)]
pub(super) const fn rows<T: Scalar, S: Simd>(outputs: usize) -> bool {
    registers::<S>() == 16 && outputs > T::LANES && outputs % T::LANES > T::LANES / 2
}

/// Makes rows of the columns that are before the squares, which are already transposed.
#[inline(always)]
pub(super) fn transpose_rest<T: Scalar, S: Simd>(simd: S, columns: &mut [T::Lane]) {
    if !rows::<T, S>(columns.len()) {
        return;
    }
    let rest = columns.len() % T::LANES;
    let mut square = [T::Lane::splat(T::ZERO); 16];
    let Some(square) = square.get_mut(..T::LANES) else { return };
    for (to, from) in square.iter_mut().zip(columns.iter().take(rest)) {
        *to = *from;
    }
    transpose::<T, S>(simd, square);
    // whole vectors, of each of which the next overwrites what is not wanted; the last ones reach into the column after them
    let after = columns.get(rest).copied();
    let numbers: &mut [T] = cast_slice_mut(columns);
    for (sample, row) in square.iter().enumerate() {
        if let Some(numbers) = numbers.get_mut(sample * rest..sample * rest + T::LANES) {
            row.load(simd).store_slice(numbers);
        }
    }
    if let (Some(column), Some(after)) = (columns.get_mut(rest), after) {
        *column = after;
    }
}

/// The same as [`backward_weights`](super::backward_weights) for the outputs that fill no square, but are [`rows`].
#[inline(always)]
pub(super) fn backward_rest<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    tiles: &[Columns<'_, T>],
    outputs: usize,
    start: usize,
    sink: &mut K,
) {
    let inputs = wanted(tiles, outputs, start, sink);
    ask::<T>(tiles, inputs.clone(), 0..outputs % T::LANES);
    let left = rest_rows::<T, S, K, 16, 1>(simd, tiles, inputs, outputs, start, sink);
    let left = rest_rows::<T, S, K, 8, 1>(simd, tiles, left, outputs, start, sink);
    rest_rows::<T, S, K, 1, 4>(simd, tiles, left, outputs, start, sink);
}

/// Of those, `B` inputs at a time, each sum in `C` parts. Returns the inputs that are left over.
#[inline(always)]
fn rest_rows<T: Scalar, S: Simd, K: Sink<T>, const B: usize, const C: usize>(
    simd: S,
    tiles: &[Columns<'_, T>],
    mut inputs: Range<usize>,
    outputs: usize,
    start: usize,
    sink: &mut K,
) -> Range<usize> {
    while let Some(skip) = next_block::<S, B>(&inputs) {
        inputs.start -= skip;
        hand_over::<T, S, K, B, 1, C, true>(simd, tiles, (inputs.start, 0, skip), outputs, start, sink);
        inputs.start += B;
    }
    inputs
}

/// A vector that begins with the outputs of a sample that fill no square, `width` of them, where they are [`rows`].
#[inline(always)]
pub(super) fn row<T: Scalar>(dy: &[T::Lane], sample: usize, width: usize) -> Option<&[T]> {
    cast_slice(dy).get(sample * width..sample * width + T::LANES)
}
