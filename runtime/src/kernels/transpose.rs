//! Moving numbers between "one sample a lane" and "one sample a row", and summing lanes.

#[cfg(target_arch = "x86_64")]
use bytemuck::try_cast_slice_mut;
use fearless_simd::{Simd, SimdBase, SimdCombine};

#[cfg(target_arch = "x86_64")]
use super::avx512::{transpose_f32, transpose_f64};
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
        for (sum, total) in sums.iter_mut().zip(sum_each::<T, S>(vectors).as_slice()) {
            *sum += *total;
        }
    }
}

/// A vector of sums: lane `j` is the sum over the lanes of `vectors[j]`.
#[inline(always)]
pub(crate) fn sum_each<T: Scalar, S: Simd>(mut vectors: [T::Vector<S>; 16]) -> T::Vector<S> {
    shuffle::<T, S>(&mut vectors, T::LANES)
}

/// The same of a few vectors; lanes for which there is none are of no account. The sums are taken in the same order.
#[inline(always)]
pub(crate) fn sum_few<T: Scalar, S: Simd>(simd: S, few: &[T::Vector<S>]) -> T::Vector<S> {
    let mut vectors = [T::Vector::<S>::splat(simd, T::ZERO); 16];
    for (vector, few) in vectors.iter_mut().zip(few) {
        *vector = *few;
    }
    let count = few.len().next_power_of_two();
    let mut total = shuffle::<T, S>(&mut vectors, count);
    // parts of the sums lie side by side
    if count <= 8 && T::LANES > 8 {
        total += total.slide::<8>(total);
    }
    if count <= 4 {
        total += total.slide::<4>(total);
    }
    if count <= 2 {
        total += total.slide::<2>(total);
    }
    if count <= 1 {
        total += total.slide::<1>(total);
    }
    total
}

/// Adds up halves of lanes, until the first `count` vectors have become one.
#[inline(always)]
fn shuffle<T: Scalar, S: Simd>(vectors: &mut [T::Vector<S>; 16], mut count: usize) -> T::Vector<S> {
    while count > 1 {
        count /= 2;
        for i in 0..count {
            let (a, b) = (vectors[i], vectors[i + count]);
            vectors[i] = a.zip_low(b) + a.zip_high(b);
        }
    }
    vectors[0]
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

/// A quarter of a square: of `LANES` rows, each as long as a quarter of a vector, vector `i` receives number `i` of every row.
/// The others are of no account.
///
/// Four rows are loaded side by side into each vector, so that numbers of one column lie in turns with those of the others,
/// and half of the rounds of shuffles that whole rows would take are left.
#[inline(always)]
pub(crate) fn columns<'a, T: Scalar, S: Simd>(simd: S, row: impl Fn(usize) -> &'a [T]) -> [T::Vector<S>; 16] {
    let width = T::LANES / 4;
    let mut vectors = [T::Vector::<S>::splat(simd, T::ZERO); 16];
    for (k, vector) in vectors.iter_mut().enumerate().take(width) {
        let mut quarters = [T::Quarter::<S>::splat(simd, T::ZERO); 4];
        for (place, quarter) in quarters.iter_mut().enumerate() {
            let row = row(4 * k + place);
            if row.len() == width {
                *quarter = T::Quarter::<S>::from_slice(simd, row);
            }
        }
        let [a, b, c, d] = quarters;
        *vector = a.combine(b).combine(c.combine(d));
    }
    unzip::<T, S>(simd, &mut vectors, width);
    vectors
}

/// Transposes a square of `LANES` columns in place: afterwards `square[i]` holds what was lane `i` of every column.
#[inline(always)]
pub(crate) fn transpose<T: Scalar, S: Simd>(simd: S, square: &mut [T::Lane]) {
    #[cfg(target_arch = "x86_64")]
    if const { <S::f32s as SimdBase<S>>::LEN == 16 }
        && let Some(simd) = simd.level().as_avx512()
    {
        // the one type or the other, which the length of a vector tells
        if const { T::LANES == 16 } {
            if let Ok([square]) = try_cast_slice_mut(square) {
                transpose_f32(simd, square);
            }
        } else if let Ok([square]) = try_cast_slice_mut(square) {
            transpose_f64(simd, square);
        }
        return;
    }
    // registers do not hold it: it goes through memory once, whole, so that each quarter of a vector stays in them
    let mut before = [T::Lane::splat(T::ZERO); 16];
    for (before, column) in before.iter_mut().zip(&*square) {
        *before = *column;
    }
    let width = T::LANES / 4;
    for (quarter, rows) in square.chunks_mut(width).enumerate() {
        let numbers = width * quarter..width * (quarter + 1);
        let new = columns::<T, S>(
            simd,
            #[inline(always)]
            |column| before.get(column).and_then(|x| x.as_slice().get(numbers.clone())).unwrap_or_default(),
        );
        for (row, vector) in rows.iter_mut().zip(new) {
            row.store(vector);
        }
    }
}

/// Takes apart numbers that lie in turns: of `width` vectors, a power of two up to `LANES`, number `width * k + i` becomes
/// lane `k` of vector `i`.
///
/// Each round of this perfect shuffle rotates the bits of (vector, lane) by one place, until those that counted within `width`
/// say which vector.
#[inline(always)]
pub(crate) fn unzip<T: Scalar, S: Simd>(_simd: S, vectors: &mut [T::Vector<S>; 16], width: usize) {
    let half = width / 2;
    for _ in 0..width.ilog2() {
        let before = *vectors;
        for i in 0..half {
            let (a, b) = (before[2 * i], before[2 * i + 1]);
            vectors[i] = a.unzip_low(b);
            vectors[i + half] = a.unzip_high(b);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::{sum, sum_lanes, transpose, unzip};
    use crate::kernels::{Task, dispatch, levels};
    use crate::scalar::{Lane, Scalar};
    use fearless_simd::{Simd, SimdBase};

    /// Number `lane` of vector `i` is `100 i + lane`.
    fn lanes<T: Scalar>(count: usize) -> Vec<T::Lane> {
        let lane = |i: usize| {
            let mut lane = T::Lane::splat(T::ZERO);
            for (k, value) in lane.as_mut_slice().iter_mut().enumerate() {
                *value = T::from_f64((100 * i + k) as f64);
            }
            lane
        };
        (0..count).map(lane).collect()
    }

    struct Check<T>(core::marker::PhantomData<T>);

    impl<T: Scalar> Task for Check<T> {
        type Output = ();

        fn run<S: Simd>(self, simd: S) {
            let expected = |i: usize| T::from_f64((100 * i * T::LANES + T::LANES * (T::LANES - 1) / 2) as f64);
            for count in [1, 2, 7, T::LANES, T::LANES + 1, 3 * T::LANES - 1] {
                let mut sums = std::vec![T::ONE; count];
                sum_lanes::<T, S>(simd, &lanes::<T>(count), &mut sums);
                for (i, total) in sums.into_iter().enumerate() {
                    assert_eq!(total, expected(i) + T::ONE, "sum {i} of {count} is added to what was there");
                }
            }
            assert_eq!(sum::<T, S>(simd, lanes::<T>(3)[2].load(simd)), expected(2));
            let mut square = [T::Vector::<S>::splat(simd, T::ZERO); 16];
            for (vector, lane) in square.iter_mut().zip(lanes::<T>(T::LANES)) {
                *vector = lane.load(simd);
            }
            for width in [1, 2, 4, 8, 16].into_iter().filter(|width| *width <= T::LANES) {
                // number n is 100 * (n / LANES) + n % LANES
                let mut vectors = square;
                unzip::<T, S>(simd, &mut vectors, width);
                for (i, vector) in vectors.iter().enumerate().take(width) {
                    for (k, value) in vector.as_slice().iter().enumerate() {
                        let n = width * k + i;
                        assert_eq!(*value, T::from_f64((100 * (n / T::LANES) + n % T::LANES) as f64), "{i} of {width}");
                    }
                }
            }
            let mut square = lanes::<T>(T::LANES);
            transpose::<T, S>(simd, &mut square);
            for (i, row) in square.iter().enumerate() {
                for (k, value) in row.as_slice().iter().enumerate() {
                    assert_eq!(*value, T::from_f64((100 * k + i) as f64), "row {i}, column {k}");
                }
            }
        }
    }

    #[test]
    fn lanes_are_summed_and_squares_transposed() {
        for level in levels() {
            dispatch(level, Check::<f32>(core::marker::PhantomData));
            dispatch(level, Check::<f64>(core::marker::PhantomData));
        }
    }
}
