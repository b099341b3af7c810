//! The same functions, not inlined: compiled once for each instruction set, for all layers of a program.

use fearless_simd::Simd;

use super::forward::SQUARES;
use super::{Columns, registers};
use crate::kernels::ahead::Ahead;
use crate::kernels::flat::Sink;
use crate::scalar::Scalar;

/// [`forward`](super::forward) into `y`, for one or two tiles. Meanwhile a large product asks for samples that come later.
#[inline(never)]
pub(crate) fn forward<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    weights: &[T],
    bias: &[T],
    x: [&[T::Lane]; N],
    mut y: [&mut [T::Lane]; N],
    ahead: Option<Ahead<'_>>,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let outputs = y.first().map_or(0, |y| y.len());
            if const { N > 1 && registers::<S>() == 16 } {
                return super::forward_columns::<T, S, N>(simd, weights, bias, outputs, x, y, ahead);
            }
            for (x, y) in x.into_iter().zip(&mut y) {
                let done = match const { registers::<S>() } {
                    16 if x.len() >= SQUARES => super::forward_squares::<T, S>(simd, weights, bias, x, y, ahead),
                    _ => 0,
                };
                let (weights, bias) = (weights.get(done..).unwrap_or_default(), bias.get(done..).unwrap_or_default());
                let y = y.get_mut(done..).unwrap_or_default();
                super::forward_columns::<T, S, 1>(simd, weights, bias, outputs, [x], [y], None);
            }
        },
    );
}

/// [`backward_input`](super::backward_input)
#[inline(never)]
pub(crate) fn backward_input<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    weights: &[T],
    dy: [&[T::Lane]; N],
    dx: [&mut [T::Lane]; N],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let outputs = dy.first().map_or(0, |dy| dy.len());
            if const { N > 1 && registers::<S>() == 16 } {
                return super::backward_input::<T, S, { super::ANY }, N>(simd, weights, outputs, dy, dx);
            }
            for (dy, dx) in dy.into_iter().zip(dx) {
                super::backward_input::<T, S, { super::ANY }, 1>(simd, weights, outputs, [dy], [dx]);
            }
        },
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

/// [`gather_weights`](super::gather_weights)
#[inline(never)]
pub(crate) fn gather_weights<T: Scalar, S: Simd>(simd: S, x: &[T::Lane], dy: &[T::Lane], sums: &mut [T::Lane]) {
    simd.vectorize(
        #[inline(always)]
        || super::gather_weights::<T, S>(simd, x, dy, sums),
    );
}

/// [`sum_any`](super::sum_any)
#[inline(never)]
pub(crate) fn sum_any<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    tiles: &[Columns<'_, T>],
    numbers: usize,
    start: usize,
    sink: &mut K,
) {
    simd.vectorize(
        #[inline(always)]
        || super::sum_any(simd, tiles, numbers, start, sink),
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
