//! How rows become lanes.

use bytemuck::cast_slice_mut;
use fearless_simd::{Simd, SimdBase};

use super::Sample;
use crate::kernels::transpose::{columns, unzip};
use crate::scalar::{Lane, Scalar};
use crate::tile::Tile;

/// Copies a row into one lane.
#[inline(always)]
pub(super) fn put_row<T: Scalar, const N: usize, R: Sample<T, N>>(row: &R, lane: usize, tile: &mut Tile<T, N>) {
    for (column, number) in tile.columns_mut().iter_mut().zip(row.numbers()) {
        column.as_mut_slice()[lane] = *number;
    }
}

/// Copies rows into lanes, a few columns at a time, which are transposed in registers.
#[inline(always)]
pub(super) fn gather_rows<T: Scalar, S: Simd, const N: usize, R: Sample<T, N>>(
    simd: S,
    rows: &[R],
    indices: &[u32],
    tile: &mut Tile<T, N>,
) {
    if const { N < T::LANES / 4 } {
        return gather_short(simd, rows, indices, tile);
    }
    let Some(first) = indices.first().and_then(|&index| rows.get(index as usize)) else { return };
    let mut samples = [first.numbers(); 16];
    for (sample, &index) in samples.iter_mut().zip(indices) {
        if let Some(row) = rows.get(index as usize) {
            *sample = row.numbers();
        }
    }
    let width = T::LANES / 4;
    for start in (0..N).step_by(width) {
        // the last may begin before its turn, and copy some once more
        let start = start.min(N - width);
        let vectors = columns::<T, S>(
            simd,
            #[inline(always)]
            |row| samples[row].get(start..start + width).unwrap_or_default(),
        );
        for (column, vector) in tile.columns_mut()[start..].iter_mut().zip(vectors).take(width) {
            column.store(vector);
        }
    }
}

/// The same of rows that are too short for that: put end to end, they are unzipped.
#[inline(always)]
fn gather_short<T: Scalar, S: Simd, const N: usize, R: Sample<T, N>>(
    simd: S,
    rows: &[R],
    indices: &[u32],
    tile: &mut Tile<T, N>,
) {
    let Some(first) = indices.first() else { return };
    let mut filled = [*first; 16];
    let indices = match indices.get(..T::LANES) {
        Some(whole) => whole,
        None => {
            filled.iter_mut().zip(indices).for_each(|(lane, index)| *lane = *index);
            &filled[..T::LANES]
        }
    };
    let width = N.next_power_of_two();
    let mut rests = [T::Lane::splat(T::ZERO); 4];
    let numbers: &mut [T] = cast_slice_mut(&mut rests[..width]);
    for (rest, &index) in numbers.chunks_exact_mut(width).zip(indices) {
        if let Some(row) = rows.get(index as usize) {
            rest[..N].copy_from_slice(row.numbers());
        }
    }
    let mut vectors = [T::Vector::<S>::splat(simd, T::ZERO); 16];
    for (vector, rest) in vectors.iter_mut().zip(&rests[..width]) {
        *vector = rest.load(simd);
    }
    unzip::<T, S>(simd, &mut vectors, width);
    for (column, vector) in tile.columns_mut().iter_mut().zip(vectors) {
        column.store(vector);
    }
}

#[cfg(test)]
mod tests {
    use super::gather_rows;
    use crate::kernels::{Task, dispatch, levels};
    use crate::scalar::Scalar;
    use crate::tile::Tile;
    use bytemuck::Zeroable;
    use fearless_simd::Simd;

    struct Gather<'a, T: Scalar, const N: usize>(&'a [[T; N]], &'a [u32], &'a mut Tile<T, N>);

    impl<T: Scalar, const N: usize> Task for Gather<'_, T, N> {
        type Output = ();

        fn run<S: Simd>(self, simd: S) {
            gather_rows(simd, self.0, self.1, self.2);
        }
    }

    fn check<T: Scalar, const N: usize>() {
        let rows: [[T; N]; 20] =
            core::array::from_fn(|row| core::array::from_fn(|i| T::from_f64((100 * row + i) as f64)));
        let indices = [19, 3, 0, 7, 7, 12, 1, 18, 5, 2, 16, 4, 9, 11, 6, 13];
        for count in [T::LANES, 5, 1] {
            let mut expected = Tile::zeroed();
            for lane in 0..T::LANES {
                let index = if lane < count { indices[lane] } else { indices[0] };
                expected.set_sample(lane, &rows[index as usize]);
            }
            for level in levels() {
                let mut tile = Tile::zeroed();
                dispatch(level, Gather(&rows, &indices[..count], &mut tile));
                assert_eq!(tile, expected, "{count} rows of {N} {}, {level:?}", T::NAME);
            }
        }
    }

    #[test]
    fn rows_of_every_length() {
        macro_rules! check {
            ($($n:literal)*) => {$(
                check::<f32, $n>();
                check::<f64, $n>();
            )*};
        }
        check!(1 2 3 4 5 6 7 8 9 10 13 15 16 17 31 33);
    }
}
