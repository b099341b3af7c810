//! The forward product: a block of outputs in registers.

use core::array;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::weights::transpose_squares;
use super::{ANY, earlier, fits, has_blocks, largest, load_block, load_each, registers, smaller, store_block};
use crate::kernels::ahead::prefetch;
use crate::kernels::ahead::{Ahead, Asks};
use crate::scalar::{Lane, Scalar};

/// `emit(o, b[o] + sum_i w[i, o] x[i])` for every output of a layer whose sizes are constants.
#[inline(always)]
pub(crate) fn forward<T: Scalar, S: Simd, const OUT: usize>(
    simd: S,
    weights: &[T],
    bias: &[T],
    x: &[T::Lane],
    mut emit: impl FnMut(usize, T::Vector<S>),
) {
    blocks!(largest::<S>(OUT, 1), OUT, OUT, start, BLOCK => {
        let sums = first_sums::<T, S, BLOCK, 1>(simd, bias.get(start..));
        let sums = forward_block::<T, S, BLOCK, 1>(simd, &weights[start..], OUT, [x], sums, |_| {});
        for (k, [sum]) in sums.into_iter().enumerate() {
            emit(start + k, sum);
        }
    });
}

/// How many outputs of `tiles` tiles of a larger layer a block is of, at most.
///
/// Where there are 32 registers, 28 sums leave those for two inputs and a weight. What a row costs beside its multiply-adds
/// is then paid seldom: the inputs of two tiles come from the second-level cache, and of rows that lie a power of two apart
/// each is on a page of its own, and in the way of the others in every cache.
#[inline(always)]
pub(super) const fn most<S: Simd>(tiles: usize) -> usize {
    match registers::<S>() {
        16 if tiles == 2 => 14,
        _ => largest::<S>(ANY, tiles),
    }
}

/// The same into `y` for `N` tiles, of those outputs of a larger layer that begin at the first weight; from one row of weights
/// to the next it is `stride`.
///
/// Inputs are taken in parts, where they have so many weights that one block after the other would meet all their pages, and
/// drive each other's lines out of the caches.
#[inline(always)]
pub(crate) fn forward_columns<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    weights: &[T],
    bias: &[T],
    stride: usize,
    x: [&[T::Lane]; N],
    mut y: [&mut [T::Lane]; N],
    ahead: Option<Ahead<'_>>,
) {
    let (inputs, outputs) = (x.first().map_or(0, |x| x.len()), y.first().map_or(0, |y| y.len()));
    // lines to ask for, spread over the rows of all blocks
    let asks = ahead.map(
        #[inline(always)]
        |ahead| Asks::new(ahead, outputs / most::<S>(N) * inputs),
    );
    let mut meanwhile = Meanwhile { stride, asks };
    let part = equal_parts(inputs, WEIGHTS / (stride * size_of::<T>()).max(1));
    let mut whole = 0;
    sized!(most::<S>(N), BLOCK => {
        while fits::<BLOCK>(outputs - whole) {
            whole += BLOCK;
        }
        for first in (0..inputs).step_by(part) {
            let weights = weights.get(first * stride..).unwrap_or_default();
            let x = x.map(
                #[inline(always)]
                |x| x.get(first..inputs.min(first + part)).unwrap_or_default(),
            );
            for start in (0..whole).step_by(BLOCK) {
                let sums = if first == 0 {
                    first_sums::<T, S, BLOCK, N>(simd, bias.get(start..))
                } else {
                    load_block::<T, S, BLOCK, N>(simd, start, &y)
                };
                let weights = weights.get(start..).unwrap_or_default();
                let sums = forward_block::<T, S, BLOCK, N>(
                    simd,
                    weights,
                    stride,
                    x,
                    sums,
                    #[inline(always)]
                    |row| meanwhile.ask(row),
                );
                store_block::<T, S, ANY, BLOCK, N>(&sums, start, &mut y);
            }
        }
    });
    // the last may begin earlier than it need, and so not with the sums of a part
    blocks!(smaller(most::<S>(N)), ANY, outputs, start = whole, BLOCK => {
        let weights = weights.get(start..).unwrap_or_default();
        let sums = first_sums::<T, S, BLOCK, N>(simd, bias.get(start..));
        let sums = forward_block::<T, S, BLOCK, N>(
            simd,
            weights,
            stride,
            x,
            sums,
            #[inline(always)]
            |row| meanwhile.ask(row),
        );
        store_block::<T, S, ANY, BLOCK, N>(&sums, start, &mut y);
    });
}

/// What else is done before each row of weights: others are asked for.
struct Meanwhile<'a> {
    /// From one row of weights to the next.
    stride: usize,
    asks: Option<Asks<'a>>,
}

impl Meanwhile<'_> {
    #[inline(always)]
    fn ask<T>(&mut self, row: &[T]) {
        // weights that come next, from beyond the first-level cache
        prefetch(row, EARLY * self.stride);
        if let Some(asks) = &mut self.asks {
            asks.turn();
        }
    }
}

/// What the sums of a block begin with.
#[inline(always)]
pub(super) fn first_sums<T: Scalar, S: Simd, const B: usize, const N: usize>(
    simd: S,
    bias: Option<&[T]>,
) -> [[T::Vector<S>; N]; B] {
    let mut sums = [[T::Vector::<S>::splat(simd, T::ZERO); N]; B];
    for (sums, bias) in sums.iter_mut().zip(bias.and_then(|bias| bias.first_chunk::<B>()).into_iter().flatten()) {
        *sums = [T::Vector::<S>::splat(simd, *bias); N];
    }
    sums
}

/// Of how many inputs at most a part of so many is, if all are to be as long as each other.
#[inline(always)]
pub(super) fn equal_parts(inputs: usize, most: usize) -> usize {
    inputs.div_ceil(inputs.div_ceil(most.max(1)).max(1)).max(1)
}

/// Adds to a block of outputs of `N` tiles. Does something else before each row of weights.
#[inline(always)]
pub(super) fn forward_block<T: Scalar, S: Simd, const B: usize, const N: usize>(
    simd: S,
    weights: &[T],
    outputs: usize,
    x: [&[T::Lane]; N],
    mut sums: [[T::Vector<S>; N]; B],
    mut meanwhile: impl FnMut(&[T]),
) -> [[T::Vector<S>; N]; B] {
    // rows of one block: `outputs` apart, the last one shorter
    let mut rows = weights;
    for i in 0..x.first().map_or(0, |x| x.len()) {
        let (Some(x), Some(row)) = (load_each::<T, S, N>(simd, x, i), rows.first_chunk::<B>()) else { break };
        meanwhile(row);
        for (sums, weight) in sums.iter_mut().zip(row) {
            let weight = T::Vector::<S>::splat(simd, *weight);
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum = weight.mul_add(x, *sum);
            }
        }
        rows = rows.get(outputs..).unwrap_or_default();
    }
    sums
}

/// Of one tile, outputs that fill pairs of squares, where registers are long and many: the outputs sit in the lanes, and `y`
/// is transposed at the end. Returns how many outputs that were.
#[inline(always)]
pub(crate) fn forward_squares<T: Scalar, S: Simd>(
    simd: S,
    weights: &[T],
    bias: &[T],
    x: &[T::Lane],
    y: &mut [T::Lane],
    ahead: Option<Ahead<'_>>,
) -> usize {
    let outputs = y.len();
    let inputs = equal_parts(x.len(), INPUTS);
    // the lines to ask for, spread over the blocks
    let blocks = y.len() / (2 * T::LANES) * x.len().div_ceil(inputs) * (T::LANES / PART);
    let (mut line, mut due) = (0, 0);
    let mut first = 0;
    for pair in y.chunks_exact_mut(2 * T::LANES) {
        let (left, right) = pair.split_at_mut(T::LANES);
        let mut weights = weights;
        let start = [0, T::LANES].map(
            #[inline(always)]
            |v| match bias.get(first + v..first + v + T::LANES) {
                Some(bias) => T::Vector::<S>::from_slice(simd, bias),
                None => T::Vector::<S>::splat(simd, T::ZERO),
            },
        );
        for (left, right) in left.iter_mut().zip(&mut *right) {
            left.store(start[0]);
            right.store(start[1]);
        }
        for x in x.chunks(inputs) {
            // these weights come from the second-level cache once, and serve all samples
            for (part, (left, right)) in left.chunks_exact_mut(PART).zip(right.chunks_exact_mut(PART)).enumerate() {
                pair_block::<T, S>(simd, weights, (outputs, first), (x, part * PART), left, right);
                let Some(ahead) = ahead else { continue };
                due += ahead.lines();
                while due >= blocks {
                    ahead.ask(line);
                    (line, due) = (line + 1, due - blocks);
                }
            }
            weights = weights.get(inputs * outputs..).unwrap_or_default();
        }
        first += 2 * T::LANES;
    }
    transpose_squares::<T, S>(simd, &mut y[..first]);
    first
}

/// With fewer inputs the transposition of [`forward_squares`] costs more than it gains.
pub(super) const SQUARES: usize = 128;

/// Whether a layer of so many inputs and outputs has such squares, where registers are long.
pub(crate) const fn asks<T: Scalar>(inputs: usize, outputs: usize) -> bool {
    inputs >= SQUARES && outputs >= 2 * T::LANES
}

/// How many samples [`forward_squares`] holds in registers.
const PART: usize = 8;

/// At most how many inputs it takes at a time: with their weights they leave some of a first-level cache.
const INPUTS: usize = 128;

/// How many bytes of weights [`forward_columns`] goes through at most for each block.
const WEIGHTS: usize = 7 << 18;

/// How many inputs before they are needed it asks for weights.
const EARLY: usize = 8;

/// Adds to two vectors of outputs of each of `PART` samples.
#[inline(always)]
fn pair_block<T: Scalar, S: Simd>(
    simd: S,
    weights: &[T],
    (outputs, output): (usize, usize),
    (x, first): (&[T::Lane], usize),
    left: &mut [T::Lane],
    right: &mut [T::Lane],
) {
    let (Some(left), Some(right)) = (left.first_chunk_mut::<PART>(), right.first_chunk_mut::<PART>()) else { return };
    let mut sums: [[T::Vector<S>; 2]; PART] = array::from_fn(
        #[inline(always)]
        |k| [left[k].load(simd), right[k].load(simd)],
    );
    // whole rows, all as long, so that what is compared does not change
    for (x, row) in x.iter().zip(weights.chunks_exact(outputs)) {
        let x = x.as_slice().get(first..).and_then(<[_]>::first_chunk::<PART>);
        let (Some(x), Some(row)) = (x, row.get(output..output + 2 * T::LANES)) else { break };
        if first == 0 {
            prefetch(row, EARLY * outputs);
            prefetch(row, EARLY * outputs + T::LANES);
        }
        let row = [0, T::LANES].map(
            #[inline(always)]
            |v| T::Vector::<S>::from_slice(simd, &row[v..v + T::LANES]),
        );
        for (sums, x) in sums.iter_mut().zip(x) {
            let x = T::Vector::<S>::splat(simd, *x);
            for (sum, row) in sums.iter_mut().zip(&row) {
                *sum = x.mul_add(*row, *sum);
            }
        }
    }
    for ((left, right), sums) in left.iter_mut().zip(right).zip(sums) {
        left.store(sums[0]);
        right.store(sums[1]);
    }
}
