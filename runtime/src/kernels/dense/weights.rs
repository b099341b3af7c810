//! The gradient of the parameters of large layers: `dy` is transposed, and a block of weights in registers.

use core::array;
use core::ops::Range;
use core::ptr;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::rest::{row, rows, transpose_rest};
use super::small::take_sums;
use super::{Columns, fits, registers};
use crate::kernels::ahead::{prefetch, prefetch_at};
use crate::kernels::sink::{Sink, Window};
use crate::kernels::transpose::transpose;
use crate::scalar::{Lane, Scalar};

/// Transposes whole squares of `LANES` columns in place, the last of the columns: afterwards column `rest + LANES * block + sample`
/// holds outputs `rest + LANES * block ..` of one sample. The first columns, which are left over, stay as they are, or, where
/// they are [`rows`], they hold each sample's outputs one after the other.
#[inline(always)]
pub(crate) fn transpose_squares<T: Scalar, S: Simd>(simd: S, columns: &mut [T::Lane]) {
    let rest = columns.len() % T::LANES;
    for square in columns.get_mut(rest..).unwrap_or_default().chunks_exact_mut(T::LANES) {
        transpose::<T, S>(simd, square);
    }
    transpose_rest::<T, S>(simd, columns);
}

/// `dw[i * outputs + o] = sum over all samples of x[i] dy[o]` for the outputs that fill squares, given `x` and `dy` of each
/// tile, `dy` as [`transpose_squares`] leaves it; what is complete goes to `sink`, a block of weights at a time.
///
/// The outer loop is over inputs: so the weights, which lie input by input, are met in the order in which they lie, and
/// the inputs of one block stay in the first-level cache, while `dy` comes from the second.
#[inline(always)]
pub(crate) fn backward_weights<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    tiles: &[Columns<'_, T>],
    outputs: usize,
    start: usize,
    sink: &mut K,
) {
    let inputs = wanted(tiles, outputs, start, sink);
    ask::<T>(tiles, inputs.start..inputs.end.min(inputs.start + 8), 0..outputs);
    let left = if const { registers::<S>() == 16 } {
        let single = outputs < 2 * T::LANES;
        let inputs = if single {
            // one vector of outputs is loaded as seldom as two if it meets twice as many inputs
            backward_rows::<T, S, K, 16, 1>(simd, tiles, inputs, outputs, start, sink)
        } else {
            inputs
        };
        backward_rows::<T, S, K, 8, 1>(simd, tiles, inputs, outputs, start, sink)
    } else if const { registers::<S>() == 4 } {
        let left = backward_rows::<T, S, K, 6, 1>(simd, tiles, inputs, outputs, start, sink);
        backward_rows::<T, S, K, 4, 1>(simd, tiles, left, outputs, start, sink)
    } else {
        backward_rows::<T, S, K, 2, 1>(simd, tiles, inputs, outputs, start, sink)
    };
    backward_rows::<T, S, K, 1, 4>(simd, tiles, left, outputs, start, sink);
}

/// Asks for inputs and outputs of all tiles. Where threads share a batch, some of its tiles lie in the cache of another core,
/// from where they come slowly one by one.
#[inline(always)]
pub(super) fn ask<T: Scalar>(tiles: &[Columns<'_, T>], inputs: Range<usize>, outputs: Range<usize>) {
    if inputs.is_empty() {
        return;
    }
    for (x, dy) in tiles {
        inputs.clone().for_each(|input| prefetch(x, input));
        outputs.clone().for_each(|output| prefetch(dy, output));
    }
}

/// The inputs whose weights, which begin at `start`, the sink wants.
#[inline(always)]
pub(super) fn wanted<T: Scalar, K: Sink<T>>(
    tiles: &[Columns<'_, T>],
    outputs: usize,
    start: usize,
    sink: &K,
) -> Range<usize> {
    let inputs = tiles.first().map_or(0, |(x, _)| x.len());
    let row = |place: usize| place.saturating_sub(start).div_ceil(outputs).min(inputs);
    row(sink.range().start)..row(sink.range().end)
}

/// The same for `B` inputs at a time, each sum in `C` parts. Returns the inputs that are left over.
#[inline(always)]
fn backward_rows<T: Scalar, S: Simd, K: Sink<T>, const B: usize, const C: usize>(
    simd: S,
    tiles: &[Columns<'_, T>],
    mut inputs: Range<usize>,
    outputs: usize,
    start: usize,
    sink: &mut K,
) -> Range<usize> {
    while let Some(skip) = next_block::<S, B>(&inputs) {
        inputs.start -= skip;
        ask::<T>(tiles, inputs.start + B..inputs.end.min(inputs.start + 2 * B), 0..0);
        let mut output = outputs % T::LANES;
        if const { registers::<S>() == 16 } {
            // two vectors of outputs share each broadcast of an input
            while outputs - output >= 2 * T::LANES {
                hand_over::<T, S, K, B, 2, C, false>(simd, tiles, (inputs.start, output, skip), outputs, start, sink);
                output += 2 * T::LANES;
            }
        }
        while outputs > output {
            hand_over::<T, S, K, B, 1, C, false>(simd, tiles, (inputs.start, output, skip), outputs, start, sink);
            output += T::LANES;
        }
        inputs.start += B;
    }
    inputs
}

/// Sums the gradient of a block of weights over all tiles and hands it to the sink, which is told in time where the next
/// begins. With `REST` those of the outputs that fill no square.
#[inline(always)]
pub(super) fn hand_over<
    T: Scalar,
    S: Simd,
    K: Sink<T>,
    const B: usize,
    const V: usize,
    const C: usize,
    const REST: bool,
>(
    simd: S,
    tiles: &[Columns<'_, T>],
    (input, output, skip): (usize, usize, usize),
    outputs: usize,
    start: usize,
    sink: &mut K,
) {
    let width = if const { REST } { outputs % T::LANES } else { V * T::LANES };
    let place = start + (input + skip) * outputs + output;
    let window = Window { start: place, rows: B - skip, width, stride: outputs };
    let next = match output + width {
        next if !REST && next + T::LANES <= outputs => window.start + width,
        _ => start + (input + B) * outputs,
    };
    let mut sums = weights_block::<T, S, B, V, C, REST>(
        simd,
        tiles,
        (input, output, width),
        #[inline(always)]
        |row| sink.will_need(next + row * outputs, width),
    );
    if skip > 0 {
        let all = sums;
        for (sums, of) in sums.iter_mut().zip(all.iter().skip(skip)) {
            *sums = *of;
        }
    }
    sink.take(simd, window, &sums);
}

/// Whether a block of `B` inputs comes next: if so, how many of its rows were handed over before. Where registers are many, a
/// rest of more than half of a block of eight is one that begins earlier, whose first rows are thrown away. After blocks of six
/// every rest is one of four: where threads cut decides what is left over, and single rows would have other last bits.
#[inline(always)]
pub(super) fn next_block<S: Simd, const B: usize>(inputs: &Range<usize>) -> Option<usize> {
    match inputs.len() {
        whole if fits::<B>(whole) => Some(0),
        rest if registers::<S>() == 16 && B == 8 && rest > B / 2 && inputs.end >= B => Some(B - rest),
        rest if registers::<S>() == 4 && B == 4 && rest > 0 && inputs.end >= B => Some(B - rest),
        _ => None,
    }
}

/// The gradient of the weights from `B` inputs to `V` vectors of outputs. Each sum is taken in `C` parts, so that few of
/// them need not wait for each other.
#[inline(always)]
fn weights_block<T: Scalar, S: Simd, const B: usize, const V: usize, const C: usize, const REST: bool>(
    simd: S,
    tiles: &[Columns<'_, T>],
    (input, output, width): (usize, usize, usize),
    will_need: impl Fn(usize),
) -> [[T::Vector<S>; V]; B] {
    let mut parts = [[[T::Vector::<S>::splat(simd, T::ZERO); V]; B]; C];
    // what the next block will move is asked for little by little: the way to memory is narrow
    let pace = (tiles.len() * T::LANES / C / B).max(1);
    let (mut ahead, mut wait) = (0, 0);
    let first = tiles.first().map_or(ptr::null(), |(_, dy)| dy.as_ptr());
    for (index, (x, dy)) in tiles.iter().enumerate() {
        let next = match tiles.get(index + 1) {
            Some((_, dy)) => dy.as_ptr().wrapping_add(output),
            None => first.wrapping_add(output + V * T::LANES),
        };
        let x = x.get(input..).and_then(<[_]>::first_chunk::<B>);
        let squares = dy.get(output..output + V * T::LANES);
        let (Some(x), Some(squares)) = (x, squares) else { break };
        if const { by_tile::<S>() } {
            let end = B.min(ahead + B.div_ceil(tiles.len()));
            while ahead < end {
                will_need(ahead);
                ahead += 1;
            }
        }
        for samples in 0..T::LANES / C {
            if const { !by_tile::<S>() } && wait == 0 && ahead < B {
                will_need(ahead);
                ahead += 1;
                wait = pace;
            }
            wait = wait.wrapping_sub(1);
            for (c, sums) in parts.iter_mut().enumerate() {
                let sample = samples * C + c;
                if const { by_tile::<S>() && !REST } {
                    prefetch_at(next, sample);
                }
                let row: [T::Vector<S>; V] = if const { REST } {
                    let Some(row) = row::<T>(dy, sample, width) else { break };
                    [T::Vector::<S>::from_slice(simd, row); V]
                } else {
                    array::from_fn(
                        #[inline(always)]
                        |v| squares[v * T::LANES + sample].load(simd),
                    )
                };
                for (sums, x) in sums.iter_mut().zip(x) {
                    let x = T::Vector::<S>::splat(simd, x.as_slice()[sample]);
                    for (sum, row) in sums.iter_mut().zip(&row) {
                        *sum = x.mul_add(*row, *sum);
                    }
                }
            }
        }
    }
    let mut sums = parts[0];
    for part in parts.iter().skip(1) {
        for (sums, part) in sums.iter_mut().zip(part) {
            for (sum, part) in sums.iter_mut().zip(part) {
                *sum += *part;
            }
        }
    }
    sums
}

/// Whether a block asks for the `dy` that comes next and, where a tile begins, for what the next block will move. With AVX2
/// the twelve multiply-adds of a sample leave no time to count turns, and `dy` does not come from the second-level cache in
/// time by itself.
const fn by_tile<S: Simd>() -> bool {
    registers::<S>() == 4
}

/// `db[o] = sum over all samples of dy[o]` for the outputs that fill squares, with `dy` as [`transpose_squares`] leaves it.
#[inline(always)]
pub(crate) fn backward_bias<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    tiles: &[Columns<'_, T>],
    start: usize,
    sink: &mut K,
) {
    if !sink.range().contains(&start) {
        return;
    }
    let outputs = tiles.first().map_or(0, |(_, dy)| dy.len());
    for first in (outputs % T::LANES..outputs).step_by(T::LANES) {
        let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); 16];
        if const { T::LANES == 16 } {
            add_over_tiles::<T, S, 16>(simd, tiles, first, &mut sums);
        } else {
            add_over_tiles::<T, S, 8>(simd, tiles, first, &mut sums);
        }
        take_sample_sums::<T, S, K>(simd, sums, (start + first, T::LANES), sink);
    }
}

/// The same for the other outputs.
#[inline(always)]
pub(crate) fn backward_bias_left<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    tiles: &[Columns<'_, T>],
    start: usize,
    sink: &mut K,
) {
    if !sink.range().contains(&start) {
        return;
    }
    let outputs = tiles.first().map_or(0, |(_, dy)| dy.len());
    let rest = outputs % T::LANES;
    let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); 16];
    if rows::<T, S>(outputs) {
        for (_, dy) in tiles {
            for (sample, sum) in sums.iter_mut().enumerate().take(T::LANES) {
                let Some(row) = row::<T>(dy, sample, rest) else { break };
                *sum += T::Vector::<S>::from_slice(simd, row);
            }
        }
        return take_sample_sums::<T, S, K>(simd, sums, (start, rest), sink);
    }
    for (place, sums) in sums.chunks_exact_mut(4).enumerate() {
        let first = 4 * place;
        if first + 4 <= rest {
            add_over_tiles::<T, S, 4>(simd, tiles, first, sums);
        } else {
            for (output, sum) in (first..rest).zip(sums.chunks_exact_mut(1)) {
                add_over_tiles::<T, S, 1>(simd, tiles, output, sum);
            }
        }
    }
    take_sums::<T, S, K>(simd, sums, start, rest, sink);
}

/// Hands over the sum of vectors that are samples, not outputs: they are added in the order in which lanes are.
#[inline(always)]
fn take_sample_sums<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    mut sums: [T::Vector<S>; 16],
    (start, width): (usize, usize),
    sink: &mut K,
) {
    let mut count = T::LANES;
    while count > 1 {
        count /= 2;
        for i in 0..count {
            let other = sums[i + count];
            sums[i] += other;
        }
    }
    sink.take(simd, Window { start, rows: 1, width, stride: width }, &[[sums[0]]]);
}

/// Adds `B` columns from `first` on, over all tiles.
#[inline(always)]
fn add_over_tiles<T: Scalar, S: Simd, const B: usize>(
    simd: S,
    tiles: &[Columns<'_, T>],
    first: usize,
    sums: &mut [T::Vector<S>],
) {
    let Some(sums) = sums.first_chunk_mut::<B>() else { return };
    let mut running = [T::Vector::<S>::splat(simd, T::ZERO); B];
    for (_, dy) in tiles {
        let Some(dy) = dy.get(first..).and_then(<[_]>::first_chunk::<B>) else { break };
        for (sum, dy) in running.iter_mut().zip(dy) {
            *sum += dy.load(simd);
        }
    }
    *sums = running;
}
