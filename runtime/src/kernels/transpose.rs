//! Moving numbers between "one sample a lane" and "one sample a row", and summing lanes.

use fearless_simd::{Simd, SimdBase};

use crate::scalar::{Lane, Scalar};

/// Adds the sum over the lanes of `lanes[j]` to `sums[j]`, for every `j`.
///
/// A perfect shuffle of `log2(LANES)` rounds halves the number of vectors in each round, so that `LANES` sums cost
/// `LANES - 1` additions of vectors instead of `LANES * log2(LANES)`.
#[inline(always)]
pub(crate) fn sum_lanes<T: Scalar, S: Simd>(simd: S, lanes: &[T::Lane], sums: &mut [T]) {
    for (lanes, sums) in lanes.chunks(T::LANES).zip(sums.chunks_mut(T::LANES)) {
        // 16 is the most lanes that a scalar type has; a shorter group is filled up with zeros
        let mut vectors = [T::Vector::<S>::splat(simd, T::ZERO); 16];
        for (vector, lane) in vectors.iter_mut().zip(lanes) {
            *vector = lane.load(simd);
        }
        let mut count = T::LANES;
        while count > 1 {
            count /= 2;
            for i in 0..count {
                let (a, b) = (vectors[i], vectors[i + count]);
                vectors[i] = a.zip_low(b) + a.zip_high(b);
            }
        }
        for (sum, total) in sums.iter_mut().zip(vectors[0].as_slice()) {
            *sum += *total;
        }
    }
}

/// The sum of all lanes.
#[inline(always)]
pub(crate) fn sum<T: Scalar, S: Simd>(simd: S, vector: T::Vector<S>) -> T {
    let mut lane = T::Lane::splat(T::ZERO);
    lane.store(vector);
    let mut total = [T::ZERO];
    sum_lanes::<T, S>(simd, &[lane], &mut total);
    total[0]
}

/// Transposes a square of `LANES` columns in place: afterwards `square[i]` holds what was lane `i` of every column.
///
/// `log2(LANES)` rounds of the perfect shuffle: each interleaves vector `i` with vector `i + LANES / 2`, which rotates
/// the bits of (vector, lane) by one place, and after all rounds the two numbers have changed places.
#[inline(always)]
pub(crate) fn transpose<T: Scalar, S: Simd>(_simd: S, square: &mut [T::Vector<S>; 16]) {
    let half = T::LANES / 2;
    for _ in 0..T::LANES.ilog2() {
        let before = *square;
        for i in 0..half {
            let (a, b) = (before[i], before[i + half]);
            square[2 * i] = a.zip_low(b);
            square[2 * i + 1] = a.zip_high(b);
        }
    }
}
