//! The gradient of the parameters of small layers: lane by lane over all tiles of a batch, and over the lanes once.

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{Columns, registers};
use crate::kernels::framed;
use crate::kernels::sink::{Sink, Window};
use crate::kernels::transpose::{sum_each, sum_lanes};
use crate::scalar::{Lane, Scalar};

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
                framed!(simd, {
                        let sums = sum_group::<T, S, IN, OUT, BIAS, $group>(simd, count, &tile);
                        take_sums::<T, S, K>(simd, sums, start + first, width, sink);
                    });
            }
        )*};
    }
    groups!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
}

/// The lanes of the gradient of `LANES` numbers: as many as there are registers, then the next.
///
/// These are short loops over a table. The compiler unrolls them when it has simplified them, in less time than it would take
/// for the same lines one after the other; and where a loop over divisions by 3 or 5 would stay one.
#[inline(always)]
fn sum_group<'a, T: Scalar, S: Simd, const IN: usize, const OUT: usize, const BIAS: usize, const GROUP: usize>(
    simd: S,
    count: usize,
    tile: &impl Fn(usize) -> Columns<'a, T>,
) -> [T::Vector<S>; 16] {
    let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); 16];
    let places: &[(usize, usize); 16] = const { &places::<OUT>(GROUP * T::LANES) };
    // where the weights of the group end, and the biases
    let weights = const { within(IN * OUT, GROUP * T::LANES, T::LANES) };
    let all = const { within((IN + BIAS) * OUT, GROUP * T::LANES, T::LANES) };
    macro_rules! parts {
        ($size:literal: $([$start:literal $($later:literal)?])*) => {{$(
            if const { within((IN + BIAS) * OUT, GROUP * T::LANES, T::LANES) > $start } {
                for index in 0..count {
                    let tile = tile(index);
                    parts!(@run $size, $start, tile);
                    $(parts!(@run $size, $later, tile);)?
                }
            }
        )*}};
        (@run $size:literal, $first:literal, $tile:ident) => {{
            let (end, middle) = (all.clamp($first, $first + $size), weights.clamp($first, $first + $size));
            add_products::<T, S>(simd, $tile, &places[$first..end], middle - $first, &mut sums[$first..end]);
        }};
    }
    match const { registers::<S>() } {
        16 => parts!(8: [0 8]),
        4 => parts!(4: [0] [4] [8] [12]),
        _ => parts!(2: [0] [2] [4] [6] [8] [10] [12] [14]),
    }
    sums
}

/// Adds what a tile contributes to some numbers, of which the first so many are `weights`.
#[inline(always)]
fn add_products<T: Scalar, S: Simd>(
    simd: S,
    (x, dy): Columns<'_, T>,
    places: &[(usize, usize)],
    weights: usize,
    sums: &mut [T::Vector<S>],
) {
    let (sums, sums_of_biases) = sums.split_at_mut(weights);
    let (places, places_of_biases) = places.split_at(weights);
    for (sum, &(input, output)) in sums.iter_mut().zip(places) {
        *sum = x[input].load(simd).mul_add(dy[output].load(simd), *sum);
    }
    for (sum, &(_, output)) in sums_of_biases.iter_mut().zip(places_of_biases) {
        *sum += dy[output].load(simd);
    }
}

/// How many of `numbers` numbers are among the `lanes` from `first` on.
const fn within(numbers: usize, first: usize, lanes: usize) -> usize {
    let rest = numbers.saturating_sub(first);
    if rest < lanes { rest } else { lanes }
}

/// The input and the output of each number from `first` on.
const fn places<const OUT: usize>(first: usize) -> [(usize, usize); 16] {
    let mut places = [(0, 0); 16];
    let mut k = 0;
    while k < 16 {
        places[k] = ((first + k) / OUT, (first + k) % OUT);
        k += 1;
    }
    places
}

/// The same of a layer of any size: one number after the other.
#[inline(always)]
pub(crate) fn sum_any<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    tiles: &[Columns<'_, T>],
    numbers: usize,
    start: usize,
    sink: &mut K,
) {
    let outputs = tiles.first().map_or(1, |(_, dy)| dy.len());
    for first in (0..numbers).step_by(T::LANES) {
        let width = T::LANES.min(numbers - first);
        let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); 16];
        for (sum, number) in sums.iter_mut().zip(first..first + width) {
            let (input, output) = (number / outputs, number % outputs);
            for (x, dy) in tiles {
                let Some(dy) = dy.get(output) else { break };
                *sum = match x.get(input) {
                    Some(x) => x.load(simd).mul_add(dy.load(simd), *sum),
                    None => *sum + dy.load(simd),
                };
            }
        }
        take_sums::<T, S, K>(simd, sums, start + first, width, sink);
    }
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
pub(super) fn take_sums<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    vectors: [T::Vector<S>; 16],
    start: usize,
    width: usize,
    sink: &mut K,
) {
    let total = sum_each::<T, S>(vectors);
    sink.take(simd, Window { start, rows: 1, width, stride: width }, &[[total]]);
}

/// Adds the sum over the lanes of each of `lanes` to its number in `gradient`, and clears the lanes.
#[inline(always)]
pub(crate) fn sum<T: Scalar, S: Simd>(simd: S, lanes: &mut [T::Lane], gradient: &mut [T]) {
    sum_lanes::<T, S>(simd, lanes, gradient);
    lanes.fill(T::Lane::splat(T::ZERO));
}
