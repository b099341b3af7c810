//! How long gradients and steps are, and how they become longer or shorter.

use fearless_simd::{Simd, SimdBase, SimdFloat};

use crate::kernels::transpose::sum;
use crate::scalar::Scalar;

/// Multiplies all numbers by `factor`.
#[inline(always)]
pub(super) fn scale<T: Scalar>(numbers: &mut [T], factor: f64) {
    let factor = T::from_f64(factor);
    for number in numbers {
        *number *= factor;
    }
}

/// The sum of the squares: of each block in the scalar type, of all blocks in `f64`.
#[inline(always)]
pub(super) fn squares<T: Scalar, S: Simd>(simd: S, numbers: &[T]) -> f64 {
    let mut total = 0.0;
    for block in numbers.chunks(64 * T::LANES) {
        let vectors = block.chunks_exact(T::LANES);
        total += vectors.remainder().iter().map(|x| x.to_f64() * x.to_f64()).sum::<f64>();
        let mut lanes = T::Vector::<S>::splat(simd, T::ZERO);
        for vector in vectors {
            let x = T::Vector::<S>::from_slice(simd, vector);
            lanes = x.mul_add(x, lanes);
        }
        total += sum::<T, S>(simd, lanes).to_f64();
    }
    total
}
