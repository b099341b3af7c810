//! The gradient of the inputs: a block of inputs in registers.

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{ANY, earlier, fits, has_blocks, largest, load_each, store_block};
use crate::scalar::Scalar;

/// `dx[i] = sum_o w[i, o] dy[o]` for every input of `N` tiles, which have the same sizes.
#[inline(always)]
pub(crate) fn backward_input<T: Scalar, S: Simd, const IN: usize, const N: usize>(
    simd: S,
    weights: &[T],
    outputs: usize,
    dy: [&[T::Lane]; N],
    mut dx: [&mut [T::Lane]; N],
) {
    let dy = dy.map(|dy| dy.get(..outputs).unwrap_or_default());
    let inputs = dx.first().map_or(0, |dx| dx.len());
    blocks!(largest::<S>(IN, N), IN, inputs, start, BLOCK => {
        // not `array::from_fn`, which is not always inlined
        let mut rows: [&[T]; BLOCK] = [&[]; BLOCK];
        for (k, row) in rows.iter_mut().enumerate() {
            *row = &weights[(start + k) * outputs..][..outputs];
        }
        let mut sums = [[T::Vector::<S>::splat(simd, T::ZERO); N]; BLOCK];
        for o in 0..outputs {
            let Some(dy) = load_each::<T, S, N>(simd, dy, o) else { break };
            for (sums, row) in sums.iter_mut().zip(&rows) {
                // all rows are as long, so that this is one comparison
                let Some(weight) = row.get(o) else { break };
                let weight = T::Vector::<S>::splat(simd, *weight);
                for (sum, dy) in sums.iter_mut().zip(dy) {
                    *sum = weight.mul_add(dy, *sum);
                }
            }
        }
        store_block::<T, S, IN, BLOCK, N>(&sums, start, &mut dx);
    });
}
