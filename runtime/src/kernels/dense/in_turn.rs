//! The forward product of a larger layer where registers hold the sums of one tile: the tiles that go together meet each part of
//! the weights in turn, so that it comes from far away once for all of them.
//!
//! A part is of so many inputs that those of a tile stay in a first-level cache of 32 KiB while the outputs go by. The sums are
//! put down between two parts; they are taken in the same order all the same.
//!
//! From one row of weights to the next a block of outputs skips those of all others. Where that is a whole number of
//! kilobytes, the rows are in each other's way: a cache has but few places for such addresses. There outputs sit in the
//! lanes: a line of weights is read as a whole, for some samples of the first tile, and put down beside the one before, from where
//! all other samples take it.
//!
//! On a Zen 3 (32 KiB and 512 KiB of cache a core) this took the way forward of 784 -> 128 from 86 to 94 % of the peak, of 512 -> 512
//! from 75 to 88 %, and of 1024 -> 1024 from 55 to 82 %. To ask for the next part of the weights during this one gained nothing.

use core::array;
use core::cell::RefCell;
use core::mem::take;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::forward::{equal_parts, first_sums, forward_block, most};
use super::laid::{Laid, Place};
use super::weights::transpose_squares;
use super::{ANY, earlier, fits, has_blocks, load_block, registers, smaller, store_block};
use crate::kernels::ahead::{Ahead, Asks};
use crate::kernels::ahead::{prefetch, prefetch_at};
use crate::scalar::{Lane, Scalar};

/// How many tiles a layer takes at once where they meet the weights in turn.
pub(crate) const IN_TURN: usize = 8;

/// Whether registers hold the sums of one tile, and others wait for their turn.
pub(crate) const fn in_turn<S: Simd>() -> bool {
    registers::<S>() == 4
}

/// How many inputs are a part at most: of a tile they take half of a first-level cache.
const INPUTS: usize = 264;

/// The same where the weights of a vector of outputs are put down too.
const PANEL: usize = 128;

/// The same where they have been, and so nothing else is fetched with them.
const LONG_PANEL: usize = 200;

/// How many inputs before they are needed weights are asked for.
const EARLY: usize = 8;

/// Up to so many bytes weights stay in a first-level cache: a tile after the other meets all of them. Few outputs are slower than
/// [`forward_columns`](super::forward::forward_columns) would be (128 -> 10: 88 instead of 94 % of the peak), but with that in the
/// same function the compiler makes 2 to 3 % less of [`squares`].
const NEAR: usize = 1 << 15;

/// Whether the rows of weights are in each other's way, and the sums worth being transposed.
const fn are_crowded<T>(inputs: usize, outputs: usize) -> bool {
    inputs >= 2 * PANEL && (outputs * size_of::<T>()).is_multiple_of(1024)
}

/// `y[o] = b[o] + sum_i w[i, o] x[i]` for tiles of the same sizes, any number of them. Meanwhile samples that come later are
/// asked for.
/// What is put down stays in `laid`, where there is such a place.
#[inline(always)]
pub(crate) fn forward_in_turn<T: Scalar, S: Simd>(
    simd: S,
    weights: &[T],
    bias: &[T],
    x: &[&[T::Lane]],
    y: &mut [&mut [T::Lane]],
    laid: Option<&RefCell<Laid>>,
    ahead: Option<Ahead<'_>>,
) {
    let (inputs, outputs) = (x.first().map_or(0, |x| x.len()), y.first().map_or(0, |y| y.len()));
    if size_of_val(weights) <= NEAR {
        for (x, y) in x.iter().zip(y) {
            columns::<T, S>(simd, weights, bias, &[x], &mut [y], inputs, None);
        }
    } else if are_crowded::<T>(inputs, outputs) {
        let mut laid = laid.and_then(|laid| laid.try_borrow_mut().ok());
        let place = laid.as_mut().and_then(|laid| laid.place(weights, outputs));
        squares::<T, S>(simd, weights, bias, x, y, place, ahead);
    } else {
        columns::<T, S>(simd, weights, bias, x, y, equal_parts(inputs, INPUTS), ahead);
    }
}

/// Blocks of outputs in registers, `part` inputs at a time.
#[inline(always)]
fn columns<T: Scalar, S: Simd>(
    simd: S,
    weights: &[T],
    bias: &[T],
    x: &[&[T::Lane]],
    y: &mut [&mut [T::Lane]],
    part: usize,
    ahead: Option<Ahead<'_>>,
) {
    let (inputs, outputs) = (x.first().map_or(0, |x| x.len()), y.first().map_or(0, |y| y.len()));
    let mut whole = 0;
    sized!(most::<S>(1), BLOCK => {
        while fits::<BLOCK>(outputs - whole) {
            whole += BLOCK;
        }
        let turns = x.len() * inputs.div_ceil(part.max(1)) * (whole / BLOCK);
        let mut asks = ahead.map(
            #[inline(always)]
            |ahead| Asks::new(ahead, turns),
        );
        for first in (0..inputs).step_by(part.max(1)) {
            let rows = weights.get(first * outputs..).unwrap_or_default();
            for (x, y) in x.iter().zip(&mut *y) {
                let x = x.get(first..inputs.min(first + part)).unwrap_or_default();
                for start in (0..whole).step_by(BLOCK) {
                    if let Some(asks) = &mut asks {
                        asks.long_turn(turns);
                    }
                    let sums = if first == 0 {
                        first_sums::<T, S, BLOCK, 1>(simd, bias.get(start..))
                    } else {
                        load_block::<T, S, BLOCK, 1>(simd, start, &[y])
                    };
                    let sums = add_columns::<T, S, BLOCK>(simd, rows, (outputs, start), x, sums);
                    store_block::<T, S, ANY, BLOCK, 1>(&sums, start, &mut [y]);
                }
            }
        }
    });
    for (x, y) in x.iter().zip(y) {
        // the last may begin earlier than it need, and so not with the sums of a part
        blocks!(smaller(most::<S>(1)), ANY, outputs, start = whole, BLOCK => {
            let weights = weights.get(start..).unwrap_or_default();
            let sums = first_sums::<T, S, BLOCK, 1>(simd, bias.get(start..));
            let sums = forward_block::<T, S, BLOCK, 1>(
                simd,
                weights,
                outputs,
                [x],
                sums,
                #[inline(always)]
                |row| prefetch(row, EARLY * outputs),
            );
            store_block::<T, S, ANY, BLOCK, 1>(&sums, start, &mut [y]);
        });
    }
}

/// Adds a part of the inputs to a block of outputs.
#[inline(always)]
fn add_columns<T: Scalar, S: Simd, const B: usize>(
    simd: S,
    weights: &[T],
    (outputs, output): (usize, usize),
    x: &[T::Lane],
    mut sums: [[T::Vector<S>; 1]; B],
) -> [[T::Vector<S>; 1]; B] {
    // whole rows, all as long, so that what is compared does not change
    for (x, row) in x.iter().zip(weights.chunks_exact(outputs)) {
        let Some(row) = row.get(output..output + B) else { break };
        prefetch(row, EARLY * outputs);
        let x = x.load(simd);
        for ([sum], weight) in sums.iter_mut().zip(row) {
            *sum = T::Vector::<S>::splat(simd, *weight).mul_add(x, *sum);
        }
    }
    sums
}

/// Blocks of samples in registers, a vector of outputs in the lanes.
#[inline(always)]
fn squares<T: Scalar, S: Simd>(
    simd: S,
    weights: &[T],
    bias: &[T],
    x: &[&[T::Lane]],
    y: &mut [&mut [T::Lane]],
    place: Option<Place<'_, T>>,
    ahead: Option<Ahead<'_>>,
) {
    let (inputs, outputs) = (x.first().map_or(0, |x| x.len()), y.first().map_or(0, |y| y.len()));
    let part = equal_parts(inputs, if place.is_some() { LONG_PANEL } else { PANEL });
    let Place { lines: mut kept, full } = place.unwrap_or(Place { lines: &mut [], full: false });
    let turns = x.len() * inputs.div_ceil(part) * (outputs / T::LANES);
    let mut asks = ahead.map(
        #[inline(always)]
        |ahead| Asks::new(ahead, turns),
    );
    let mut panel = [T::Lane::splat(T::ZERO); PANEL];
    for first in (0..inputs).step_by(part) {
        let count = part.min(inputs - first);
        let rows = weights.get(first * outputs..).unwrap_or_default();
        for output in (0..outputs).step_by(T::LANES) {
            let panel = match take(&mut kept).split_at_mut_checked(count) {
                Some((panel, rest)) => {
                    kept = rest;
                    panel
                }
                None => panel.get_mut(..count).unwrap_or_default(),
            };
            let next = if output + T::LANES < outputs { output + T::LANES } else { count * outputs };
            let (next, stride) = match kept.first() {
                Some(next) if full => (next.as_slice().as_ptr(), T::LANES),
                _ => (rows.as_ptr().wrapping_add(next), outputs),
            };
            let mut later =
                Later { next, stride, rows: count.div_ceil((cuts::<T>() * x.len()).saturating_sub(1).max(1)) };
            for (index, (x, y)) in x.iter().zip(&mut *y).enumerate() {
                let (Some(x), Some(square)) = (x.get(first..first + count), y.get_mut(output..output + T::LANES))
                else {
                    break;
                };
                if let Some(asks) = &mut asks {
                    asks.long_turn(turns);
                }
                if first == 0 {
                    begin::<T, S>(simd, bias.get(output..output + T::LANES), square);
                }
                if const { T::LANES == 16 } {
                    if index == 0 && !full {
                        put_down::<T, S, 5>(simd, rows, (outputs, output), x, square, panel);
                    } else {
                        take_up::<T, S, 5>(simd, panel, (x, 0), square, &mut later);
                    }
                    take_up::<T, S, 5>(simd, panel, (x, 5), square, &mut later);
                    take_up::<T, S, 6>(simd, panel, (x, 10), square, &mut later);
                } else {
                    if index == 0 && !full {
                        put_down::<T, S, 4>(simd, rows, (outputs, output), x, square, panel);
                    } else {
                        take_up::<T, S, 4>(simd, panel, (x, 0), square, &mut later);
                    }
                    take_up::<T, S, 4>(simd, panel, (x, 4), square, &mut later);
                }
            }
        }
    }
    for y in y {
        transpose_squares::<T, S>(simd, y);
    }
}

/// In how many blocks the samples of a tile are cut: no fewer leave registers for operands, no more fill the time that each sum
/// takes.
const fn cuts<T: Scalar>() -> usize {
    if T::LANES == 16 { 3 } else { 2 }
}

/// What outputs begin with.
#[inline(always)]
fn begin<T: Scalar, S: Simd>(simd: S, bias: Option<&[T]>, square: &mut [T::Lane]) {
    let bias = match bias {
        Some(bias) => T::Vector::<S>::from_slice(simd, bias),
        None => T::Vector::<S>::splat(simd, T::ZERO),
    };
    for row in square {
        row.store(bias);
    }
}

/// Weights that the next vector of outputs meets. Before samples take up what was put down, some of them are asked for.
struct Later<T> {
    next: *const T,
    stride: usize,
    /// How many at a time.
    rows: usize,
}

impl<T> Later<T> {
    #[inline(always)]
    fn ask(&mut self) {
        for _ in 0..self.rows {
            prefetch_at(self.next, 0);
            self.next = self.next.wrapping_add(self.stride);
        }
    }
}

/// Adds a part of the inputs to a vector of outputs of the first samples, and puts the weights down.
#[inline(always)]
fn put_down<T: Scalar, S: Simd, const B: usize>(
    simd: S,
    weights: &[T],
    (outputs, output): (usize, usize),
    x: &[T::Lane],
    square: &mut [T::Lane],
    panel: &mut [T::Lane],
) {
    let Some(square) = square.first_chunk_mut::<B>() else { return };
    let mut sums: [T::Vector<S>; B] = array::from_fn(
        #[inline(always)]
        |k| square[k].load(simd),
    );
    for ((x, place), row) in x.iter().zip(panel).zip(weights.chunks_exact(outputs)) {
        let (Some(x), Some(row)) = (x.as_slice().first_chunk::<B>(), row.get(output..output + T::LANES)) else { break };
        prefetch(row, EARLY * outputs);
        let row = T::Vector::<S>::from_slice(simd, row);
        place.store(row);
        add_samples::<T, S, B>(simd, x, row, &mut sums);
    }
    for (place, sum) in square.iter_mut().zip(sums) {
        place.store(sum);
    }
}

/// The same of the samples from `first` on, with the weights that were put down.
#[inline(always)]
fn take_up<T: Scalar, S: Simd, const B: usize>(
    simd: S,
    panel: &[T::Lane],
    (x, first): (&[T::Lane], usize),
    square: &mut [T::Lane],
    later: &mut Later<T>,
) {
    let Some(square) = square.get_mut(first..).and_then(<[_]>::first_chunk_mut::<B>) else { return };
    let mut sums: [T::Vector<S>; B] = array::from_fn(
        #[inline(always)]
        |k| square[k].load(simd),
    );
    later.ask();
    for (x, row) in x.iter().zip(panel) {
        let Some(x) = x.as_slice().get(first..).and_then(<[_]>::first_chunk::<B>) else { break };
        add_samples::<T, S, B>(simd, x, row.load(simd), &mut sums);
    }
    for (place, sum) in square.iter_mut().zip(sums) {
        place.store(sum);
    }
}

/// Adds the share of one input.
#[inline(always)]
fn add_samples<T: Scalar, S: Simd, const B: usize>(
    simd: S,
    x: &[T; B],
    row: T::Vector<S>,
    sums: &mut [T::Vector<S>; B],
) {
    for (sum, x) in sums.iter_mut().zip(x) {
        *sum = T::Vector::<S>::splat(simd, *x).mul_add(row, *sum);
    }
}
