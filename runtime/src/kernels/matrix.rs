//! Matrices that are no layer's business, in flat slices: their rows lie one after the other.

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::dense::registers;
use super::flat::{load, store};
use super::transpose::transpose;
use crate::scalar::{Lane, Scalar};

/// `to = keep * base + factor * left * right`, where `right` has so many columns; `base` is as large as `to`, or empty. Sums
/// are taken in the order of the rows of `right`, whatever the instruction set.
#[inline(never)]
pub(crate) fn product<T: Scalar, S: Simd>(
    simd: S,
    [left, right]: [&[T]; 2],
    columns: usize,
    (base, keep, factor): (&[T], f64, f64),
    to: &mut [T],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let (base, factors) = (base, [keep, factor].map(T::from_f64));
            match const { registers::<S>() } {
                16 => bands::<T, S, 8>(simd, [left, right], columns, base, factors, to),
                4 => bands::<T, S, 4>(simd, [left, right], columns, base, factors, to),
                _ => bands::<T, S, 2>(simd, [left, right], columns, base, factors, to),
            }
        },
    );
}

/// The same, `R` rows at once: each number of `right` is loaded once for all of them, and the sums stay in registers.
#[inline(always)]
fn bands<T: Scalar, S: Simd, const R: usize>(
    simd: S,
    [left, right]: [&[T]; 2],
    columns: usize,
    base: &[T],
    factors: [T; 2],
    to: &mut [T],
) {
    let columns = columns.max(1);
    let inner = (right.len() / columns).max(1);
    let [keep, factor] = factors.map(|factor| T::Vector::<S>::splat(simd, factor));
    for first in (0..columns).step_by(T::LANES) {
        let end = columns.min(first + T::LANES);
        for (band, (left, to)) in left.chunks(R * inner).zip(to.chunks_mut(R * columns)).enumerate() {
            // rows that there are none of are the first once more, and go nowhere
            let mut rows = [left.get(..inner).unwrap_or_default(); R];
            for (row, left) in rows.iter_mut().zip(left.chunks_exact(inner)) {
                *row = left;
            }
            let mut sums = [T::Vector::<S>::splat(simd, T::ZERO); R];
            for (k, right) in right.chunks_exact(columns).enumerate() {
                let right = load::<T, S>(simd, right.get(first..end).unwrap_or_default());
                for (sum, row) in sums.iter_mut().zip(rows) {
                    let left = row.get(k).copied().unwrap_or(T::ZERO);
                    *sum = right.mul_add(T::Vector::<S>::splat(simd, left), *sum);
                }
            }
            for (row, (to, mut sum)) in to.chunks_mut(columns).zip(sums).enumerate() {
                let start = (R * band + row) * columns;
                sum *= factor;
                if let Some(base) = base.get(start + first..start + end) {
                    sum = load::<T, S>(simd, base).mul_add(keep, sum);
                }
                store::<T, S>(sum, to.get_mut(first..end).unwrap_or_default());
            }
        }
    }
}

/// The columns of `from`, of which there are so many, as rows.
#[inline(never)]
pub(crate) fn transposed<T: Scalar, S: Simd>(simd: S, from: &[T], columns: usize, to: &mut [T]) {
    simd.vectorize(
        #[inline(always)]
        || {
            let columns = columns.max(1);
            let rows = from.len() / columns;
            for (down, band) in from.chunks(columns * T::LANES).enumerate() {
                let height = band.len() / columns;
                for across in (0..columns).step_by(T::LANES) {
                    let mut square = [T::Lane::splat(T::ZERO); 16];
                    let square = &mut square[..T::LANES];
                    for (lane, row) in square.iter_mut().zip(band.chunks(columns)) {
                        let row = row.get(across..columns.min(across + T::LANES)).unwrap_or_default();
                        lane.store(load::<T, S>(simd, row));
                    }
                    transpose::<T, S>(simd, square);
                    for (column, lane) in (across..columns).zip(square) {
                        let start = column * rows + down * T::LANES;
                        store::<T, S>(lane.load(simd), to.get_mut(start..start + height).unwrap_or_default());
                    }
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use fearless_simd::Simd;

    use super::{product, transposed};
    use crate::kernels::{Task, dispatch, levels};
    use crate::scalar::Scalar;

    /// Whole numbers, so that sums are exact in any order.
    fn numbers<T: Scalar>(count: usize, seed: usize) -> Vec<T> {
        (0..count).map(|i| T::from_f64(((i * 7 + seed * 3) % 11) as f64 - 5.0)).collect()
    }

    struct Check<T>(core::marker::PhantomData<T>);

    impl<T: Scalar> Task for Check<T> {
        type Output = ();

        fn run<S: Simd>(self, simd: S) {
            let sizes = [1, 2, 5, 8, 9, T::LANES, T::LANES + 3, 2 * T::LANES + 1];
            for (rows, inner, columns) in sizes.into_iter().flat_map(|rows| {
                sizes.into_iter().flat_map(move |inner| sizes.into_iter().map(move |columns| (rows, inner, columns)))
            }) {
                let (left, right) = (numbers::<T>(rows * inner, 1), numbers::<T>(inner * columns, 2));
                let base = numbers::<T>(rows * columns, 4);
                let mut to = base.clone();
                product(simd, [&left, &right], columns, (&base, 2.0, 3.0), &mut to);
                let mut alone = base.clone();
                product(simd, [&left, &right], columns, (&[], 2.0, 3.0), &mut alone);
                for (i, (to, alone)) in to.into_iter().zip(alone).enumerate() {
                    let (row, column) = (i / columns, i % columns);
                    let each =
                        (0..inner).map(|k| left[row * inner + k].to_f64() * right[k * columns + column].to_f64());
                    let sum = T::from_f64(3.0 * each.sum::<f64>());
                    let expected = [sum, base[i] + base[i] + sum];
                    assert_eq!([alone, to], expected, "{row}, {column} of {rows} {inner} {columns}");
                }
                let mut turned = numbers::<T>(rows * inner, 5);
                transposed(simd, &left, inner, &mut turned);
                for (i, number) in turned.into_iter().enumerate() {
                    assert_eq!(number, left[i % rows * inner + i / rows], "{i} of {rows} {inner}");
                }
            }
        }
    }

    #[test]
    fn matrices_of_all_sizes_are_multiplied_and_transposed() {
        for level in levels() {
            dispatch(level, Check::<f32>(core::marker::PhantomData));
            dispatch(level, Check::<f64>(core::marker::PhantomData));
        }
    }
}
