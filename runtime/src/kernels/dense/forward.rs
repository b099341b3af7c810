//! The forward product: a block of outputs in registers.

use core::array;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{ANY, has_blocks};
use crate::kernels::flat::prefetch;
use crate::scalar::{Lane, Scalar};

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
