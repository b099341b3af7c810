//! The three products of a dense layer, one tile at a time.
//!
//! `w[i * outputs + o]` is the weight from input `i` to output `o`: a column-major matrix of `outputs` rows, which is
//! Keras's `(inputs, outputs)` kernel in C order. Samples sit in the lanes, so each weight is broadcast:
//!
//! - forward: `y[o] = b[o] + sum_i w[i, o] x[i]`, a block of outputs in registers;
//! - gradient of the inputs: `dx[i] = sum_o w[i, o] dy[o]`, a block of inputs in registers;
//! - gradient of the weights: `dw[i, o] = sum over samples of x[i] dy[o]`, the only sum over lanes. For small layers a few
//!   running vectors, one for each weight, stay in registers over all tiles of the batch, and their lanes are summed
//!   once; of larger ones, `dy` is transposed in place, so that the outputs sit in the lanes, and a block of weights is
//!   held in registers over all samples of the batch. Outputs that fill no vector are summed lane by lane here too.
//!
//! Sizes are run-time values here. Small layers call these functions inline, where the sizes are constants and the loops
//! unroll. Larger layers call them through [`shared`], so that a program has each once for every instruction set,
//! however many layers it has.

use core::array;
use core::ops::Range;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::flat::{Sink, Window, prefetch};
use super::transpose::{sum_each, sum_lanes, transpose};
use crate::scalar::{Lane, Scalar};

/// How many vectors of a whole tile the register file of `S` holds as running sums, beside operands: 16 of the 32
/// registers of AVX-512, 4 pairs of the 16 of AVX2, 2 quadruples of the 16 of SSE2.
#[inline(always)]
const fn registers<S: Simd>() -> usize {
    match <S::f32s as SimdBase<S>>::LEN {
        16 => 16,
        8 => 4,
        _ => 2,
    }
}

/// What stands for a size that is not known while compiling.
pub(crate) const ANY: usize = usize::MAX;

/// Whether `0..n` has blocks of this size, as far as that is known.
const fn has_blocks<S: Simd>(n: usize, block: usize) -> bool {
    let largest = registers::<S>();
    block <= largest && (n == ANY || if block == largest { n >= block } else { n % (2 * block) >= block })
}

/// Splits `0..n` into blocks of at most `registers::<S>()`, powers of two, and calls `$run::<B>` for each. Where `n` is
/// known, no code is made of blocks that there are not, which would have to be removed from every layer.
macro_rules! blocks {
    ($s:ty, $known:ident, $n:expr, $start:ident, $block:ident => $run:expr) => {{
        let n = if const { $known == ANY } { $n } else { $known };
        let mut $start = 0;
        blocks!(@each $s, $known, n, $start, $block, 16 8 4 2 1 => $run);
    }};
    (@each $s:ty, $known:ident, $n:ident, $start:ident, $block:ident, $($size:literal)* => $run:expr) => {$(
        if const { has_blocks::<$s>($known, $size) } {
            while $n - $start >= $size {
                const $block: usize = $size;
                $run;
                $start += $size;
            }
        }
    )*};
}

/// `emit(o, b[o] + sum_i w[i, o] x[i])` for every output. `AHEAD` asks for weights before they are needed, which pays
/// where they are more than a first-level cache holds.
#[inline(always)]
pub(crate) fn forward<T: Scalar, S: Simd, const OUT: usize, const AHEAD: bool>(
    simd: S,
    weights: &[T],
    bias: &[T],
    outputs: usize,
    x: &[T::Lane],
    mut emit: impl FnMut(usize, T::Vector<S>),
) {
    blocks!(S, OUT, outputs, start, BLOCK => {
        let sums = forward_block::<T, S, BLOCK, AHEAD>(simd, &weights[start..], bias.get(start..), outputs, x);
        for (k, sum) in sums.into_iter().enumerate() {
            emit(start + k, sum);
        }
    });
}

#[inline(always)]
fn forward_block<T: Scalar, S: Simd, const B: usize, const AHEAD: bool>(
    simd: S,
    weights: &[T],
    bias: Option<&[T]>,
    outputs: usize,
    x: &[T::Lane],
) -> [T::Vector<S>; B] {
    let mut sums = match bias.and_then(|bias| bias.first_chunk::<B>()) {
        Some(bias) => array::from_fn(|k| T::Vector::<S>::splat(simd, bias[k])),
        None => [T::Vector::<S>::splat(simd, T::ZERO); B],
    };
    // rows of one block: `outputs` apart, the last one shorter
    for (x, row) in x.iter().zip(weights.chunks(outputs)) {
        let x = x.load(simd);
        if let Some(row) = row.first_chunk::<B>() {
            if AHEAD {
                // of the block that comes next
                prefetch(row, B);
            }
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum = T::Vector::<S>::splat(simd, *weight).mul_add(x, *sum);
            }
        }
    }
    sums
}

/// `dx[i] = sum_o w[i, o] dy[o]` for every input.
#[inline(always)]
pub(crate) fn backward_input<T: Scalar, S: Simd, const IN: usize>(
    simd: S,
    weights: &[T],
    outputs: usize,
    dy: &[T::Lane],
    dx: &mut [T::Lane],
) {
    let dy = dy.get(..outputs).unwrap_or_default();
    blocks!(S, IN, dx.len(), start, BLOCK => {
        let rows: [&[T]; BLOCK] = array::from_fn(|k| &weights[(start + k) * outputs..][..outputs]);
        let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); BLOCK];
        for (o, dy) in dy.iter().enumerate() {
            let dy = dy.load(simd);
            for (sum, row) in sums.iter_mut().zip(&rows) {
                // all rows are as long, so that this is one comparison
                let Some(weight) = row.get(o) else { break };
                *sum = T::Vector::<S>::splat(simd, *weight).mul_add(dy, *sum);
            }
        }
        for (dx, sum) in dx[start..].iter_mut().zip(sums) {
            dx.store(sum);
        }
    });
}

/// `sums[i * outputs + o] += x[i] dy[o]`, lane by lane.
#[inline(always)]
pub(crate) fn gather_weights<T: Scalar, S: Simd>(simd: S, x: &[T::Lane], dy: &[T::Lane], sums: &mut [T::Lane]) {
    for (x, sums) in x.iter().zip(sums.chunks_exact_mut(dy.len())) {
        let x = x.load(simd);
        for (sum, dy) in sums.iter_mut().zip(dy) {
            sum.store(x.mul_add(dy.load(simd), sum.load(simd)));
        }
    }
}

/// `sums[o] += dy[o]`, lane by lane.
#[inline(always)]
pub(crate) fn gather_bias<T: Scalar, S: Simd>(simd: S, dy: &[T::Lane], sums: &mut [T::Lane]) {
    for (sum, dy) in sums.iter_mut().zip(dy) {
        sum.store(sum.load(simd) + dy.load(simd));
    }
}

/// Hands the gradient over all samples of `count` tiles to `sink`: of the weights, and after them the biases, of a small
/// layer whose parameters begin at `start`. A few running vectors stay in registers over all tiles.
#[inline(always)]
pub(crate) fn sum_tiles<'a, T: Scalar, S: Simd, K: Sink<T>, const IN: usize, const OUT: usize, const BIAS: usize>(
    simd: S,
    count: usize,
    tile: impl Fn(usize) -> Columns<'a, T>,
    start: usize,
    sink: &mut K,
) {
    macro_rules! groups {
        ($($group:literal)*) => {$(
            if const { $group * T::LANES < (IN + BIAS) * OUT } {
                let first = const { $group * T::LANES };
                let width = T::LANES.min((IN + BIAS) * OUT - first);
                let sums = sum_group::<T, S, IN, OUT, BIAS, $group>(simd, count, &tile);
                take_sums::<T, S, K>(simd, sums, start + first, width, sink);
            }
        )*};
    }
    groups!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
}

/// The lanes of the gradient of `LANES` numbers: as many as there are registers, then the next.
///
/// Each number is a constant, so that what it is the gradient of is known while compiling: a loop would not unroll where
/// the division is one by 3 or 5.
#[inline(always)]
fn sum_group<'a, T: Scalar, S: Simd, const IN: usize, const OUT: usize, const BIAS: usize, const GROUP: usize>(
    simd: S,
    count: usize,
    tile: impl Fn(usize) -> Columns<'a, T>,
) -> [T::Vector<S>; 16] {
    let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); 16];
    macro_rules! parts {
        ($([$($k:literal)*])*) => {{$(
            for index in 0..count {
                let (x, dy) = tile(index);
                $(if const { $k < T::LANES && GROUP * T::LANES + $k < (IN + BIAS) * OUT } {
                    let number = const { GROUP * T::LANES + $k };
                    let dy = dy[number % OUT].load(simd);
                    sums[$k] = match x.get(number / OUT) {
                        Some(x) => x.load(simd).mul_add(dy, sums[$k]),
                        None => sums[$k] + dy,
                    };
                })*
            }
        )*}};
    }
    match const { registers::<S>() } {
        16 => parts!([0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15]),
        4 => parts!([0 1 2 3] [4 5 6 7] [8 9 10 11] [12 13 14 15]),
        _ => parts!([0 1] [2 3] [4 5] [6 7] [8 9] [10 11] [12 13] [14 15]),
    }
    sums
}

/// Hands the gradient of `numbers` parameters, which begin at `start`, to `sink`: `add(tile, number, sum)` adds to `sum`
/// what the samples of a tile, of which there are `count`, contribute to one of them.
#[inline(always)]
pub(crate) fn sum_numbers<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    count: usize,
    start: usize,
    numbers: usize,
    sink: &mut K,
    add: impl Fn(usize, usize, T::Vector<S>) -> T::Vector<S>,
) {
    let wanted = sink.range();
    let number = |place: usize| place.saturating_sub(start).min(numbers);
    let (first, end) = (number(wanted.start), number(wanted.end));
    for first in (first..end).step_by(T::LANES) {
        let width = T::LANES.min(end - first);
        let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); 16];
        for tile in 0..count {
            for (sum, number) in sums.iter_mut().zip(first..first + width) {
                *sum = add(tile, number, *sum);
            }
        }
        take_sums::<T, S, K>(simd, sums, start + first, width, sink);
    }
}

/// Hands the sums over the lanes of `width` vectors to the sink.
#[inline(always)]
fn take_sums<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    vectors: [T::Vector<S>; 16],
    start: usize,
    width: usize,
    sink: &mut K,
) {
    let total = sum_each::<T, S>(vectors);
    sink.take(simd, Window { start, rows: 1, width, stride: width }, &[[total]]);
}

/// The columns of a tile of `x`, and of a tile of `dy`.
pub(crate) type Columns<'a, T> = (&'a [<T as Scalar>::Lane], &'a [<T as Scalar>::Lane]);

/// Adds the sum over the lanes of each of `lanes` to its number in `gradient`, and clears the lanes.
#[inline(always)]
pub(crate) fn sum<T: Scalar, S: Simd>(simd: S, lanes: &mut [T::Lane], gradient: &mut [T]) {
    sum_lanes::<T, S>(simd, lanes, gradient);
    lanes.fill(T::Lane::splat(T::ZERO));
}

/// The most tiles whose gradients [`backward_weights`] sums at once.
pub(crate) const TILES: usize = 16;

/// Transposes whole squares of `LANES` columns in place: afterwards column `LANES * block + sample` holds outputs
/// `LANES * block ..` of one sample. Columns that are left over stay as they are.
#[inline(always)]
pub(crate) fn transpose_squares<T: Scalar, S: Simd>(simd: S, columns: &mut [T::Lane]) {
    for square in columns.chunks_exact_mut(T::LANES) {
        let mut vectors = [T::Vector::<S>::splat(simd, T::ZERO); 16];
        for (vector, column) in vectors.iter_mut().zip(&*square) {
            *vector = column.load(simd);
        }
        transpose::<T, S>(simd, &mut vectors);
        for (row, vector) in square.iter_mut().zip(vectors) {
            row.store(vector);
        }
    }
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
    let left = if const { registers::<S>() == 16 } {
        backward_rows::<T, S, K, 8, 1>(simd, tiles, inputs, outputs, start, sink)
    } else if const { registers::<S>() == 4 } {
        backward_rows::<T, S, K, 4, 1>(simd, tiles, inputs, outputs, start, sink)
    } else {
        backward_rows::<T, S, K, 2, 1>(simd, tiles, inputs, outputs, start, sink)
    };
    backward_rows::<T, S, K, 1, 4>(simd, tiles, left, outputs, start, sink);
}

/// The inputs whose weights, which begin at `start`, the sink wants.
#[inline(always)]
fn wanted<T: Scalar, K: Sink<T>>(tiles: &[Columns<'_, T>], outputs: usize, start: usize, sink: &K) -> Range<usize> {
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
    let whole = outputs - outputs % T::LANES;
    while inputs.len() >= B {
        let mut output = 0;
        if const { registers::<S>() == 16 } {
            // two vectors of outputs share each broadcast of an input
            while whole - output >= 2 * T::LANES {
                hand_over::<T, S, K, B, 2, C>(simd, tiles, (inputs.start, output), outputs, start, sink);
                output += 2 * T::LANES;
            }
        }
        while whole > output {
            hand_over::<T, S, K, B, 1, C>(simd, tiles, (inputs.start, output), outputs, start, sink);
            output += T::LANES;
        }
        inputs.start += B;
    }
    inputs
}

/// Sums the gradient of a block of weights over all tiles and hands it to the sink, which is told in time where the next
/// begins.
#[inline(always)]
fn hand_over<T: Scalar, S: Simd, K: Sink<T>, const B: usize, const V: usize, const C: usize>(
    simd: S,
    tiles: &[Columns<'_, T>],
    (input, output): (usize, usize),
    outputs: usize,
    start: usize,
    sink: &mut K,
) {
    let width = V * T::LANES;
    let window = Window { start: start + input * outputs + output, rows: B, width, stride: outputs };
    let next = match output + width {
        next if next + T::LANES <= outputs => window.start + width,
        _ => start + (input + B) * outputs,
    };
    let sums = weights_block::<T, S, B, V, C>(
        simd,
        tiles,
        (input, output),
        #[inline(always)]
        |row| sink.expect(next + row * outputs, width),
    );
    sink.take(simd, window, &sums);
}

/// The gradient of the weights from `B` inputs to `V` vectors of outputs. Each sum is taken in `C` parts, so that few of
/// them need not wait for each other.
#[inline(always)]
fn weights_block<T: Scalar, S: Simd, const B: usize, const V: usize, const C: usize>(
    simd: S,
    tiles: &[Columns<'_, T>],
    (input, output): (usize, usize),
    expect: impl Fn(usize),
) -> [[T::Vector<S>; V]; B] {
    let mut parts = [[[T::Vector::<S>::splat(simd, T::ZERO); V]; B]; C];
    // what the next block will move is asked for little by little: the way to memory is narrow
    let pace = (tiles.len() * T::LANES / C / B).max(1);
    let (mut ahead, mut wait) = (0, 0);
    for (x, dy) in tiles {
        let x = x.get(input..).and_then(<[_]>::first_chunk::<B>);
        let (Some(x), Some(rows)) = (x, dy.get(output..output + V * T::LANES)) else { break };
        for samples in 0..T::LANES / C {
            if wait == 0 && ahead < B {
                expect(ahead);
                ahead += 1;
                wait = pace;
            }
            wait = wait.wrapping_sub(1);
            for (c, sums) in parts.iter_mut().enumerate() {
                let sample = samples * C + c;
                let row: [T::Vector<S>; V] = array::from_fn(
                    #[inline(always)]
                    |v| rows[v * T::LANES + sample].load(simd),
                );
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

/// The same as [`backward_weights`] for the outputs that fill no square, which lie sample by sample: the inputs of a block
/// are multiplied lane by lane, and the lanes summed when all tiles are in.
#[inline(always)]
pub(crate) fn backward_weights_left<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    tiles: &[Columns<'_, T>],
    outputs: usize,
    start: usize,
    sink: &mut K,
) {
    let inputs = wanted(tiles, outputs, start, sink);
    let width = outputs % T::LANES;
    for input in inputs.clone().step_by(T::LANES) {
        let rows = T::LANES.min(inputs.end - input);
        let mut square = [T::Vector::<S>::splat(simd, T::ZERO); 16];
        for (column, output) in square.iter_mut().zip(outputs - width..outputs) {
            let sums = match const { registers::<S>() } {
                16 if const { T::LANES == 16 } => lanes_block::<T, S, 16>(simd, tiles, input, output),
                16 => lanes_block::<T, S, 8>(simd, tiles, input, output),
                4 => lanes_block::<T, S, 4>(simd, tiles, input, output),
                _ => lanes_block::<T, S, 2>(simd, tiles, input, output),
            };
            *column = sum_each::<T, S>(sums);
        }
        transpose::<T, S>(simd, &mut square);
        let window = Window { start: start + (input + 1) * outputs - width, rows, width, stride: outputs };
        sink.take(
            simd,
            window,
            &square.map(
                #[inline(always)]
                |row| [row],
            ),
        );
    }
}

/// The gradient of `LANES` weights, from as many inputs to one output, lane by lane, `B` of them in registers. Beyond the
/// last input it is computed once more.
#[inline(always)]
fn lanes_block<T: Scalar, S: Simd, const B: usize>(
    simd: S,
    tiles: &[Columns<'_, T>],
    input: usize,
    output: usize,
) -> [T::Vector<S>; 16] {
    let mut all = [T::Vector::<S>::splat(simd, T::ZERO); 16];
    let inputs = tiles.first().map_or(0, |(x, _)| x.len());
    for (block, sums) in all.as_chunks_mut::<B>().0.iter_mut().enumerate().take(T::LANES / B) {
        let places: [usize; B] = array::from_fn(|k| (input + block * B + k).min(inputs.saturating_sub(1)));
        let mut running = [T::Vector::<S>::splat(simd, T::ZERO); B];
        for (x, dy) in tiles {
            let Some(dy) = dy.get(output) else { break };
            let dy = dy.load(simd);
            for (sum, place) in running.iter_mut().zip(places) {
                let Some(x) = x.get(place) else { break };
                *sum = x.load(simd).mul_add(dy, *sum);
            }
        }
        *sums = running;
    }
    all
}

/// `db[o] = sum over all samples of dy[o]`, with `dy` as [`transpose_squares`] leaves it.
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
    for first in (0..outputs).step_by(T::LANES) {
        let width = T::LANES.min(outputs - first);
        let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); 16];
        for (_, dy) in tiles {
            for (sum, dy) in sums.iter_mut().zip(&dy[first..first + width]) {
                *sum += dy.load(simd);
            }
        }
        if width < T::LANES {
            take_sums::<T, S, K>(simd, sums, start + first, width, sink);
            continue;
        }
        // here the vectors are the samples, not the outputs: they are added in the order in which lanes are
        let mut count = T::LANES;
        while count > 1 {
            count /= 2;
            for i in 0..count {
                let other = sums[i + count];
                sums[i] += other;
            }
        }
        sink.take(simd, Window { start: start + first, rows: 1, width, stride: width }, &[[sums[0]]]);
    }
}

/// `y = b + sum_i w[i, ..] x[i]` for one sample: the outputs sit in the lanes.
#[inline(always)]
pub(crate) fn predict<T: Scalar, S: Simd>(simd: S, weights: &[T], bias: &[T], x: &[T], y: &mut [T]) {
    let outputs = y.len();
    match bias.get(..outputs) {
        Some(bias) => y.copy_from_slice(bias),
        None => y.fill(T::ZERO),
    }
    let mut start = 0;
    if const { registers::<S>() == 16 } {
        while outputs - start >= 8 * T::LANES {
            predict_block::<T, S, 8>(simd, &weights[start..], outputs, x, &mut y[start..]);
            start += 8 * T::LANES;
        }
    }
    while outputs - start >= 4 * T::LANES {
        predict_block::<T, S, 4>(simd, &weights[start..], outputs, x, &mut y[start..]);
        start += 4 * T::LANES;
    }
    while outputs > start {
        predict_few::<T, S>(simd, &weights[start..], outputs, x, &mut y[start..]);
        start += T::LANES;
    }
}

/// Adds the products of all inputs to `B` vectors of outputs.
#[inline(always)]
fn predict_block<T: Scalar, S: Simd, const B: usize>(simd: S, weights: &[T], outputs: usize, x: &[T], y: &mut [T]) {
    let mut sums: [T::Vector<S>; B] =
        array::from_fn(|k| T::Vector::<S>::from_slice(simd, &y[k * T::LANES..][..T::LANES]));
    for (x, row) in x.iter().zip(weights.chunks(outputs)) {
        let x = T::Vector::<S>::splat(simd, *x);
        let Some(row) = row.get(..B * T::LANES) else { break };
        for (sum, row) in sums.iter_mut().zip(row.chunks_exact(T::LANES)) {
            *sum = T::Vector::<S>::from_slice(simd, row).mul_add(x, *sum);
        }
    }
    for (sum, y) in sums.into_iter().zip(y.chunks_exact_mut(T::LANES)) {
        sum.store_slice(y);
    }
}

/// The same for one vector of outputs, or less: four sums in turns, so that they need not wait for each other. Numbers
/// that follow a short row are read along, and not used.
#[inline(always)]
fn predict_few<T: Scalar, S: Simd>(simd: S, weights: &[T], outputs: usize, x: &[T], y: &mut [T]) {
    let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); 4];
    // the last rows may end before a whole vector does
    let whole = weights.len().checked_sub(T::LANES).map_or(0, |last| last / outputs + 1).min(x.len());
    let (most, rest) = x.split_at(whole);
    let row = |i: usize| weights.get(i * outputs..).and_then(|row| row.get(..T::LANES));
    let (fours, left) = most.as_chunks::<4>();
    for (block, four) in fours.iter().enumerate() {
        for (k, (sum, x)) in sums.iter_mut().zip(four).enumerate() {
            let Some(row) = row(4 * block + k) else { break };
            *sum = T::Vector::<S>::from_slice(simd, row).mul_add(T::Vector::<S>::splat(simd, *x), *sum);
        }
    }
    for (k, (sum, x)) in sums.iter_mut().zip(left).enumerate() {
        let Some(row) = row(whole - left.len() + k) else { break };
        *sum = T::Vector::<S>::from_slice(simd, row).mul_add(T::Vector::<S>::splat(simd, *x), *sum);
    }
    let sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for (y, sum) in y.iter_mut().zip(sum.as_slice()) {
        *y += *sum;
    }
    for (row, x) in weights.chunks(outputs).skip(whole).zip(rest) {
        for (y, w) in y.iter_mut().zip(row) {
            *y += *w * *x;
        }
    }
}

/// The same functions, not inlined: compiled once for each instruction set, for all layers of a program.
pub(crate) mod shared {
    use fearless_simd::Simd;

    use super::Columns;
    use crate::kernels::flat::Sink;
    use crate::scalar::{Lane, Scalar};

    /// [`forward`](super::forward) into `y`.
    #[inline(never)]
    pub(crate) fn forward<T: Scalar, S: Simd>(simd: S, weights: &[T], bias: &[T], x: &[T::Lane], y: &mut [T::Lane]) {
        simd.vectorize(
            #[inline(always)]
            || super::forward::<T, S, { super::ANY }, true>(simd, weights, bias, y.len(), x, |o, sum| y[o].store(sum)),
        );
    }

    /// [`backward_input`](super::backward_input)
    #[inline(never)]
    pub(crate) fn backward_input<T: Scalar, S: Simd>(simd: S, weights: &[T], dy: &[T::Lane], dx: &mut [T::Lane]) {
        simd.vectorize(
            #[inline(always)]
            || super::backward_input::<T, S, { super::ANY }>(simd, weights, dy.len(), dy, dx),
        );
    }

    /// [`gather_bias`](super::gather_bias)
    #[inline(never)]
    pub(crate) fn gather_bias<T: Scalar, S: Simd>(simd: S, dy: &[T::Lane], sums: &mut [T::Lane]) {
        simd.vectorize(
            #[inline(always)]
            || super::gather_bias::<T, S>(simd, dy, sums),
        );
    }

    /// [`sum`](super::sum)
    #[inline(never)]
    pub(crate) fn sum<T: Scalar, S: Simd>(simd: S, lanes: &mut [T::Lane], gradient: &mut [T]) {
        simd.vectorize(
            #[inline(always)]
            || super::sum::<T, S>(simd, lanes, gradient),
        );
    }

    /// [`transpose_squares`](super::transpose_squares)
    #[inline(never)]
    pub(crate) fn transpose_squares<T: Scalar, S: Simd>(simd: S, columns: &mut [T::Lane]) {
        simd.vectorize(
            #[inline(always)]
            || super::transpose_squares::<T, S>(simd, columns),
        );
    }

    /// [`backward_weights`](super::backward_weights)
    #[inline(never)]
    pub(crate) fn backward_weights<T: Scalar, S: Simd, K: Sink<T>>(
        simd: S,
        tiles: &[Columns<'_, T>],
        outputs: usize,
        start: usize,
        sink: &mut K,
    ) {
        simd.vectorize(
            #[inline(always)]
            || super::backward_weights(simd, tiles, outputs, start, sink),
        );
    }

    /// [`backward_weights_left`](super::backward_weights_left)
    #[inline(never)]
    pub(crate) fn backward_weights_left<T: Scalar, S: Simd, K: Sink<T>>(
        simd: S,
        tiles: &[Columns<'_, T>],
        outputs: usize,
        start: usize,
        sink: &mut K,
    ) {
        simd.vectorize(
            #[inline(always)]
            || super::backward_weights_left(simd, tiles, outputs, start, sink),
        );
    }

    /// [`backward_bias`](super::backward_bias)
    #[inline(never)]
    pub(crate) fn backward_bias<T: Scalar, S: Simd, K: Sink<T>>(
        simd: S,
        tiles: &[Columns<'_, T>],
        start: usize,
        sink: &mut K,
    ) {
        simd.vectorize(
            #[inline(always)]
            || super::backward_bias(simd, tiles, start, sink),
        );
    }

    /// [`predict`](super::predict)
    #[inline(never)]
    pub(crate) fn predict<T: Scalar, S: Simd>(simd: S, weights: &[T], bias: &[T], x: &[T], y: &mut [T]) {
        simd.vectorize(
            #[inline(always)]
            || super::predict(simd, weights, bias, x, y),
        );
    }
}
