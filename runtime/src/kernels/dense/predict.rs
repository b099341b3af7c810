//! The product for one sample: the outputs sit in the lanes.

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::registers;
use crate::kernels::ahead::prefetch;
use crate::kernels::flat::{load, store};
use crate::scalar::Scalar;

/// Up to so many bytes of weights, rows that are not very long are read a block of outputs after the other, from a near cache.
const NEAR: usize = 256 << 10;

/// `y = b + sum_i w[i, ..] x[i]` for one sample: the outputs sit in the lanes.
#[inline(always)]
pub(crate) fn predict<T: Scalar, S: Simd>(simd: S, weights: &[T], bias: &[T], x: &[T], y: &mut [T]) {
    let outputs = y.len();
    let bias = |start: usize| bias.get(start..).unwrap_or_default();
    let mut start = 0;
    if outputs >= 16 * T::LANES || outputs > 8 * T::LANES && size_of_val(weights) > NEAR {
        start = outputs - outputs % T::LANES;
        predict_rows::<T, S>(simd, weights, outputs, bias(0), x, &mut y[..start]);
    }
    // eight running sums, or four vectors' where registers are fewer, so that they need not wait for each other
    let long = const { registers::<S>() == 16 };
    while long && outputs - start >= 8 * T::LANES {
        predict_halves::<T, S, 8>(simd, &weights[start..], outputs, bias(start), x, &mut y[start..]);
        start += 8 * T::LANES;
    }
    while outputs - start >= 4 * T::LANES {
        if long {
            predict_block::<T, S, 4, 2>(simd, &weights[start..], outputs, bias(start), x, &mut y[start..]);
        } else {
            predict_block::<T, S, 4, 1>(simd, &weights[start..], outputs, bias(start), x, &mut y[start..]);
        }
        start += 4 * T::LANES;
    }
    if outputs - start >= 2 * T::LANES {
        if long {
            predict_block::<T, S, 2, 4>(simd, &weights[start..], outputs, bias(start), x, &mut y[start..]);
        } else {
            predict_block::<T, S, 2, 2>(simd, &weights[start..], outputs, bias(start), x, &mut y[start..]);
        }
        start += 2 * T::LANES;
    }
    while outputs > start {
        if outputs < T::LANES {
            return predict_few::<T, S>(simd, weights, outputs, bias(0), x, y);
        }
        // the last vector ends with the outputs, though some are computed once more then
        start = start.min(outputs - T::LANES);
        if long {
            predict_block::<T, S, 1, 8>(simd, &weights[start..], outputs, bias(start), x, &mut y[start..]);
        } else {
            predict_block::<T, S, 1, 4>(simd, &weights[start..], outputs, bias(start), x, &mut y[start..]);
        }
        start += T::LANES;
    }
}

/// Whole vectors of outputs that are too many for the registers. The weights are read as they lie, two rows at a time and
/// the next two asked for: from the outer caches and from memory that is faster than a block of outputs after the other,
/// though each sum is read and written again.
#[inline(always)]
fn predict_rows<T: Scalar, S: Simd>(simd: S, weights: &[T], outputs: usize, bias: &[T], x: &[T], y: &mut [T]) {
    for (y, bias) in y.chunks_exact_mut(T::LANES).zip(bias.chunks_exact(T::LANES)) {
        vector::<T, S>(simd, bias).store_slice(y);
    }
    if bias.is_empty() {
        y.fill(T::ZERO);
    }
    let (pairs, last) = x.as_chunks::<2>();
    for (rows, x) in weights.chunks_exact(2 * outputs).zip(pairs) {
        let x = x.map(|x| T::Vector::<S>::splat(simd, x));
        let (first, second) = rows.split_at(outputs);
        let rows = first.chunks_exact(T::LANES).zip(second.chunks_exact(T::LANES));
        for (y, (first, second)) in y.chunks_exact_mut(T::LANES).zip(rows) {
            prefetch(first, 2 * outputs);
            prefetch(second, 2 * outputs);
            let sum = vector::<T, S>(simd, first).mul_add(x[0], vector::<T, S>(simd, y));
            vector::<T, S>(simd, second).mul_add(x[1], sum).store_slice(y);
        }
    }
    for (row, x) in weights.chunks_exact(outputs).skip(2 * pairs.len()).zip(last) {
        let x = T::Vector::<S>::splat(simd, *x);
        for (y, row) in y.chunks_exact_mut(T::LANES).zip(row.chunks_exact(T::LANES)) {
            vector::<T, S>(simd, row).mul_add(x, vector::<T, S>(simd, y)).store_slice(y);
        }
    }
}

/// A whole vector.
#[inline(always)]
fn vector<T: Scalar, S: Simd>(simd: S, numbers: &[T]) -> T::Vector<S> {
    T::Vector::<S>::from_slice(simd, numbers)
}

/// Sums that begin at zero, the first at the bias if there is one.
#[inline(always)]
fn begin<T: Scalar, S: Simd, const B: usize, const U: usize>(simd: S, bias: &[T]) -> [[T::Vector<S>; B]; U] {
    let mut sums = [[T::Vector::<S>::splat(simd, T::ZERO); B]; U];
    if let Some(bias) = bias.get(..B * T::LANES) {
        // not `array::from_fn`, which is not always inlined
        for (sum, bias) in sums[0].iter_mut().zip(bias.chunks_exact(T::LANES)) {
            *sum = vector::<T, S>(simd, bias);
        }
    }
    sums
}

/// Adds up the first sums, as many as are used, in pairs: that takes less long than one after the other.
#[inline(always)]
pub(super) fn total<S: Simd, V: SimdFloat<S>, const B: usize, const U: usize>(
    mut sums: [[V; B]; U],
    used: usize,
) -> [V; B] {
    let mut half = U / 2;
    while half > 0 {
        let Some((first, second)) = sums.split_at_mut_checked(half) else { break };
        for (k, (sums, others)) in first.iter_mut().zip(second).enumerate() {
            if half + k < used {
                for (sum, other) in sums.iter_mut().zip(others) {
                    *sum += *other;
                }
            }
        }
        half /= 2;
    }
    sums[0]
}

/// Adds up the sums into `y`.
#[inline(always)]
fn store_total<T: Scalar, S: Simd, const B: usize, const U: usize>(sums: [[T::Vector<S>; B]; U], y: &mut [T]) {
    for (total, y) in total::<S, T::Vector<S>, B, U>(sums, U).into_iter().zip(y.chunks_exact_mut(T::LANES)) {
        total.store_slice(y);
    }
}

/// `B` vectors of outputs in registers, `U` sums of each in turns.
#[inline(always)]
fn predict_block<T: Scalar, S: Simd, const B: usize, const U: usize>(
    simd: S,
    weights: &[T],
    outputs: usize,
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    let mut sums = begin::<T, S, B, U>(simd, bias);
    let row = |i: usize| weights.get(i * outputs..).and_then(|row| row.get(..B * T::LANES));
    let (turns, rest) = x.as_chunks::<U>();
    for (turn, x) in turns.iter().enumerate() {
        for (k, (sums, x)) in sums.iter_mut().zip(x).enumerate() {
            let Some(row) = row(U * turn + k) else { break };
            add_row::<T, S, B>(simd, sums, row, *x);
        }
    }
    for (k, x) in rest.iter().enumerate() {
        let Some(row) = row(U * turns.len() + k) else { break };
        add_row::<T, S, B>(simd, &mut sums[0], row, *x);
    }
    store_total::<T, S, B, U>(sums, y);
}

/// `B` vectors of outputs in registers, a sum of each half of the inputs: from the second cache, weights are read faster in
/// two places at once than in one.
#[inline(always)]
fn predict_halves<T: Scalar, S: Simd, const B: usize>(
    simd: S,
    weights: &[T],
    outputs: usize,
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    let mut sums = begin::<T, S, B, 2>(simd, bias);
    let [first_sums, second_sums] = &mut sums;
    let half = x.len() / 2;
    let (first, second) = weights.split_at((half * outputs).min(weights.len()));
    let rows = first.chunks(outputs).zip(second.chunks(outputs));
    for ((first, second), (a, b)) in rows.zip(x.iter().zip(&x[half..])).take(half) {
        let (Some(first), Some(second)) = (first.get(..B * T::LANES), second.get(..B * T::LANES)) else { break };
        add_row::<T, S, B>(simd, first_sums, first, *a);
        add_row::<T, S, B>(simd, second_sums, second, *b);
    }
    for (row, x) in second.chunks(outputs).zip(&x[half..]).skip(half) {
        let Some(row) = row.get(..B * T::LANES) else { break };
        add_row::<T, S, B>(simd, first_sums, row, *x);
    }
    store_total::<T, S, B, 2>(sums, y);
}

/// Adds the products of one input to vectors of outputs.
#[inline(always)]
fn add_row<T: Scalar, S: Simd, const B: usize>(simd: S, sums: &mut [T::Vector<S>; B], row: &[T], x: T) {
    let x = T::Vector::<S>::splat(simd, x);
    for (sum, row) in sums.iter_mut().zip(row.chunks_exact(T::LANES)) {
        *sum = vector::<T, S>(simd, row).mul_add(x, *sum);
    }
}

/// One vector of outputs, or less: four sums in turns. Numbers that follow a short row are read along, and not used.
#[inline(always)]
fn predict_few<T: Scalar, S: Simd>(simd: S, weights: &[T], outputs: usize, bias: &[T], x: &[T], y: &mut [T]) {
    let width = y.len().min(T::LANES);
    let y = &mut y[..width];
    let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); 4];
    sums[0] = load::<T, S>(simd, bias.get(..width).unwrap_or_default());
    // the last rows may end before a whole vector does
    let whole = weights.len().checked_sub(T::LANES).map_or(0, |last| last / outputs + 1).min(x.len());
    let (most, rest) = x.split_at(whole);
    let row = |i: usize| weights.get(i * outputs..).and_then(|row| row.get(..T::LANES));
    let (fours, left) = most.as_chunks::<4>();
    for (block, four) in fours.iter().enumerate() {
        for (k, (sum, x)) in sums.iter_mut().zip(four).enumerate() {
            let Some(row) = row(4 * block + k) else { break };
            *sum = vector::<T, S>(simd, row).mul_add(T::Vector::<S>::splat(simd, *x), *sum);
        }
    }
    for (k, (sum, x)) in sums.iter_mut().zip(left).enumerate() {
        let Some(row) = row(whole - left.len() + k) else { break };
        *sum = vector::<T, S>(simd, row).mul_add(T::Vector::<S>::splat(simd, *x), *sum);
    }
    store::<T, S>((sums[0] + sums[1]) + (sums[2] + sums[3]), y);
    for (row, x) in weights.chunks(outputs).skip(whole).zip(rest) {
        for (y, w) in y.iter_mut().zip(row) {
            *y += *w * *x;
        }
    }
}
