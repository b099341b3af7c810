//! The three products of a dense layer, one tile at a time.
//!
//! `w[i * outputs + o]` is the weight from input `i` to output `o`: a column-major matrix of `outputs` rows, which is
//! Keras's `(inputs, outputs)` kernel in C order. Samples sit in the lanes, so each weight is broadcast:
//!
//! - forward: `y[o] = b[o] + sum_i w[i, o] x[i]`, a block of outputs in registers;
//! - gradient of the inputs: `dx[i] = sum_o w[i, o] dy[o]`, a block of inputs in registers;
//! - gradient of the weights: `dw[i, o] = sum over samples of x[i] dy[o]`, the only sum over lanes. Small layers keep
//!   one running vector per weight and sum its lanes once a batch; larger ones transpose `dy` once a tile, so that the
//!   outputs sit in the lanes, and hold a block of weights in registers over all samples of the tile.
//!
//! Sizes are run-time values here. Where they are constants after inlining, as in small layers, the loops unroll.

use core::array;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::transpose::transpose;
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

/// Splits `0..n` into blocks of at most `registers::<S>()`, powers of two, and calls `$run::<B>` for each.
macro_rules! blocks {
    ($s:ty, $n:expr, $start:ident, $block:ident => $run:expr) => {{
        let n = $n;
        let mut $start = 0;
        if registers::<$s>() == 16 {
            while n - $start >= 16 {
                const $block: usize = 16;
                $run;
                $start += 16;
            }
            if n - $start >= 8 {
                const $block: usize = 8;
                $run;
                $start += 8;
            }
        }
        if registers::<$s>() >= 4 {
            while n - $start >= 4 {
                const $block: usize = 4;
                $run;
                $start += 4;
            }
        }
        while n - $start >= 2 {
            const $block: usize = 2;
            $run;
            $start += 2;
        }
        if n > $start {
            const $block: usize = 1;
            $run;
        }
    }};
}

/// `emit(o, b[o] + sum_i w[i, o] x[i])` for every output.
#[inline(always)]
pub(crate) fn forward<T: Scalar, S: Simd>(
    simd: S,
    weights: &[T],
    bias: &[T],
    outputs: usize,
    x: &[T::Lane],
    mut emit: impl FnMut(usize, T::Vector<S>),
) {
    blocks!(S, outputs, start, BLOCK => {
        let sums = forward_block::<T, S, BLOCK>(simd, &weights[start..], bias.get(start..), outputs, x);
        for (k, sum) in sums.into_iter().enumerate() {
            emit(start + k, sum);
        }
    });
}

#[inline(always)]
fn forward_block<T: Scalar, S: Simd, const B: usize>(
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
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum = T::Vector::<S>::splat(simd, *weight).mul_add(x, *sum);
            }
        }
    }
    sums
}

/// `dx[i] = sum_o w[i, o] dy[o]` for every input.
#[inline(always)]
pub(crate) fn backward_input<T: Scalar, S: Simd>(
    simd: S,
    weights: &[T],
    outputs: usize,
    dy: &[T::Lane],
    dx: &mut [T::Lane],
) {
    blocks!(S, dx.len(), start, BLOCK => {
        let rows: [&[T]; BLOCK] = array::from_fn(|k| &weights[(start + k) * outputs..][..outputs]);
        let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); BLOCK];
        for (o, dy) in dy.iter().enumerate().take(outputs) {
            let dy = dy.load(simd);
            for (sum, row) in sums.iter_mut().zip(&rows) {
                *sum = T::Vector::<S>::splat(simd, row[o]).mul_add(dy, *sum);
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

/// Transposes the columns of `dy` into rows of `LANES` outputs each, filled up with zeros:
/// `rows[block * LANES + sample]` holds outputs `block * LANES ..` of one sample.
#[inline(always)]
pub(crate) fn transpose_columns<T: Scalar, S: Simd>(simd: S, dy: &[T::Lane], rows: &mut [T::Lane]) {
    for (dy, rows) in dy.chunks(T::LANES).zip(rows.chunks_exact_mut(T::LANES)) {
        let mut square = [T::Vector::<S>::splat(simd, T::ZERO); 16];
        for (vector, dy) in square.iter_mut().zip(dy) {
            *vector = dy.load(simd);
        }
        transpose::<T, S>(simd, &mut square);
        for (row, vector) in rows.iter_mut().zip(square) {
            row.store(vector);
        }
    }
}

/// `gradient[i * outputs + o] += sum over samples of x[i] dy[o]`, with `dy` as rows of [`transpose_columns`].
#[inline(always)]
pub(crate) fn backward_weights<T: Scalar, S: Simd>(
    simd: S,
    x: &[T::Lane],
    rows: &[T::Lane],
    outputs: usize,
    gradient: &mut [T],
) {
    const BLOCK: usize = 8;
    let blocks = x.chunks_exact(BLOCK);
    let rest = blocks.remainder();
    let mut gradients = gradient.chunks_exact_mut(BLOCK * outputs);
    for (x, gradient) in blocks.zip(&mut gradients) {
        weights_block::<T, S, BLOCK>(simd, x, rows, outputs, gradient);
    }
    for (x, gradient) in rest.chunks_exact(1).zip(gradients.into_remainder().chunks_exact_mut(outputs)) {
        weights_block::<T, S, 1>(simd, x, rows, outputs, gradient);
    }
}

#[inline(always)]
fn weights_block<T: Scalar, S: Simd, const B: usize>(
    simd: S,
    x: &[T::Lane],
    rows: &[T::Lane],
    outputs: usize,
    gradient: &mut [T],
) {
    let Some(x) = x.first_chunk::<B>() else { return };
    for (block, rows) in rows.chunks_exact(T::LANES).enumerate() {
        let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); B];
        for (sample, row) in rows.iter().enumerate() {
            let row = row.load(simd);
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum = T::Vector::<S>::splat(simd, x.as_slice()[sample]).mul_add(row, *sum);
            }
        }
        let start = block * T::LANES;
        for (sum, gradient) in sums.into_iter().zip(gradient.chunks_exact_mut(outputs)) {
            let gradient = &mut gradient[start..];
            if let Some(gradient) = gradient.get_mut(..T::LANES) {
                (T::Vector::<S>::from_slice(simd, gradient) + sum).store_slice(gradient);
            } else {
                for (gradient, sum) in gradient.iter_mut().zip(sum.as_slice()) {
                    *gradient += *sum;
                }
            }
        }
    }
}

/// `y = b + sum_i w[i, ..] x[i]` for one sample: the outputs sit in the lanes.
#[inline(always)]
pub(crate) fn predict<T: Scalar, S: Simd>(simd: S, weights: &[T], bias: &[T], x: &[T], y: &mut [T]) {
    let outputs = y.len();
    if outputs < T::LANES {
        // too few for a vector of `LANES`; constant sizes let the compiler choose a narrower one
        match bias.get(..outputs) {
            Some(bias) => y.copy_from_slice(bias),
            None => y.fill(T::ZERO),
        }
        for (x, row) in x.iter().zip(weights.chunks_exact(outputs)) {
            for (y, w) in y.iter_mut().zip(row) {
                *y += *w * *x;
            }
        }
        return;
    }
    // two blocks: the last may overlap the one before it, and computes the same numbers again
    let mut start = 0;
    loop {
        let wide = outputs - start >= 4 * T::LANES;
        if wide {
            predict_block::<T, S, 4>(simd, weights, bias, x, y, start);
            start += 4 * T::LANES;
        } else {
            predict_block::<T, S, 1>(simd, weights, bias, x, y, start);
            start += T::LANES;
        }
        if start >= outputs {
            return;
        }
        start = start.min(outputs - T::LANES);
    }
}

#[inline(always)]
fn predict_block<T: Scalar, S: Simd, const B: usize>(
    simd: S,
    weights: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
    start: usize,
) {
    let outputs = y.len();
    let lanes = |from: &[T], k: usize| T::Vector::<S>::from_slice(simd, &from[start + k * T::LANES..][..T::LANES]);
    let mut sums: [T::Vector<S>; B] =
        if bias.is_empty() { [T::Vector::<S>::splat(simd, T::ZERO); B] } else { array::from_fn(|k| lanes(bias, k)) };
    for (x, row) in x.iter().zip(weights.chunks_exact(outputs)) {
        let x = T::Vector::<S>::splat(simd, *x);
        for (k, sum) in sums.iter_mut().enumerate() {
            *sum = lanes(row, k).mul_add(x, *sum);
        }
    }
    for (sum, y) in sums.into_iter().zip(y[start..].chunks_exact_mut(T::LANES)) {
        sum.store_slice(y);
    }
}
