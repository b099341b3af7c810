//! The product for one sample: the outputs sit in the lanes.

use core::array;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::registers;
use crate::scalar::Scalar;

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
