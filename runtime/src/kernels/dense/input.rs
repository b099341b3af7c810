//! The gradient of the inputs: a block of inputs in registers.

use core::array;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{ANY, earlier, has_blocks};
use crate::scalar::{Lane, Scalar};

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
        if const { IN == ANY } {
            // one comparison for all
            let Some(dx) = dx.get_mut(start..).and_then(<[_]>::first_chunk_mut::<BLOCK>) else { return };
            for (dx, sum) in dx.iter_mut().zip(sums) {
                dx.store(sum);
            }
        } else {
            for (dx, sum) in dx[start..].iter_mut().zip(sums) {
                dx.store(sum);
            }
        }
    });
}
