//! Rows of numbers side by side in memory, and integers as classes.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use bytemuck::{cast_slice, cast_slice_mut, try_cast_slice};
use fearless_simd::{Simd, SimdBase};
use nalgebra::SVector;

use super::{Sample, Samples, Target, Targets, check_inputs, check_targets};
use crate::error::Error;
use crate::kernels::ahead::Rows;
use crate::kernels::transpose::{columns, unzip};
use crate::layers::InputRange;
use crate::losses::TargetRange;
use crate::scalar::{Lane, Scalar};
use crate::tile::{Classes, Features, Tile};

/// Elements side by side in memory: slices, arrays, vectors.
pub trait Elements {
    /// What there are many of.
    type Element;
    /// All of them.
    fn elements(&self) -> &[Self::Element];
}

impl<E> Elements for [E] {
    type Element = E;
    fn elements(&self) -> &[E] {
        self
    }
}

impl<E, const M: usize> Elements for [E; M] {
    type Element = E;
    fn elements(&self) -> &[E] {
        self
    }
}

#[cfg(feature = "alloc")]
impl<E> Elements for Vec<E> {
    type Element = E;
    fn elements(&self) -> &[E] {
        self
    }
}

impl<D: Elements + ?Sized> Elements for &D {
    type Element = D::Element;
    fn elements(&self) -> &[D::Element] {
        (**self).elements()
    }
}

impl<T: Scalar, const N: usize> Sample<T, N> for [T; N] {
    #[inline(always)]
    fn numbers(&self) -> &[T; N] {
        self
    }

    #[inline(always)]
    fn all_numbers(samples: &[Self]) -> Option<&[T]> {
        Some(samples.as_flattened())
    }
}

impl<T: Scalar, const N: usize> Sample<T, N> for SVector<T, N> {
    #[inline(always)]
    fn numbers(&self) -> &[T; N] {
        &self.data.0[0]
    }

    #[inline(always)]
    fn all_numbers(samples: &[Self]) -> Option<&[T]> {
        try_cast_slice(samples).ok()
    }
}

impl Sample<f32, 1> for f32 {
    #[inline(always)]
    fn numbers(&self) -> &[f32; 1] {
        core::array::from_ref(self)
    }

    #[inline(always)]
    fn all_numbers(samples: &[Self]) -> Option<&[f32]> {
        Some(samples)
    }
}

impl Sample<f64, 1> for f64 {
    #[inline(always)]
    fn numbers(&self) -> &[f64; 1] {
        core::array::from_ref(self)
    }

    #[inline(always)]
    fn all_numbers(samples: &[Self]) -> Option<&[f64]> {
        Some(samples)
    }
}

impl<T: Scalar, const N: usize, D: Elements<Element: Sample<T, N>> + Sync + ?Sized> Samples<T, Tile<T, N>> for D {
    fn count(&self) -> usize {
        self.elements().len()
    }

    #[inline(always)]
    fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut Tile<T, N>) {
        gather_rows(simd, self.elements(), indices, tile);
    }

    #[inline(always)]
    fn in_memory(&self) -> Option<Rows<'_>> {
        let first = self.elements().first()?;
        Some(Rows::new(cast_slice(first.numbers()), size_of::<D::Element>()))
    }

    #[inline(always)]
    fn all_numbers(&self) -> Option<&[T]> {
        D::Element::all_numbers(self.elements())
    }

    #[inline(always)]
    fn check(&self, range: InputRange) -> Result<(), Error> {
        for (sample, row) in self.elements().iter().enumerate() {
            check_inputs(row.numbers().iter(), range, sample)?;
        }
        Ok(())
    }
}

impl<T: Scalar, Z, D: Elements<Element: Target<T, Z>> + Sync + ?Sized> Targets<T, Z> for D {
    type Tile = <D::Element as Target<T, Z>>::Tile;

    fn count(&self) -> usize {
        self.elements().len()
    }

    #[inline(always)]
    fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut Self::Tile) {
        <D::Element as Target<T, Z>>::gather(simd, self.elements(), indices, tile);
    }

    #[inline(always)]
    fn all_numbers(&self) -> Option<&[T]> {
        D::Element::all_numbers(self.elements())
    }

    fn check(&self, range: TargetRange) -> Result<(), Error> {
        self.elements().iter().enumerate().try_for_each(|(sample, target)| target.check(range, sample))
    }
}

/// Vectors as targets.
macro_rules! vector_target {
    ([$($generics:tt)*] $target:ty, $t:ident, $n:expr) => {
        impl<$($generics)*> Target<$t, Tile<$t, $n>> for $target {
            type Tile = Tile<$t, $n>;

            #[inline(always)]
            fn put(&self, lane: usize, tile: &mut Tile<$t, $n>) {
                put_row(self, lane, tile);
            }

            #[inline(always)]
            fn gather<S: Simd>(simd: S, targets: &[Self], indices: &[u32], tile: &mut Tile<$t, $n>) {
                gather_rows(simd, targets, indices, tile);
            }

            #[inline(always)]
            fn all_numbers(targets: &[Self]) -> Option<&[$t]> {
                Sample::<$t, $n>::all_numbers(targets)
            }

            fn check(&self, range: TargetRange, sample: usize) -> Result<(), Error> {
                check_targets(Sample::<$t, $n>::numbers(self).iter(), range, sample)
            }
        }
    };
}

vector_target!([T: Scalar, const N: usize] [T; N], T, N);
vector_target!([T: Scalar, const N: usize] SVector<T, N>, T, N);
vector_target!([] f32, f32, 1);
vector_target!([] f64, f64, 1);

/// Integers as targets.
macro_rules! class_target {
    ($($integer:ty),*) => {$(
        impl<T: Scalar, Z: Features<T>> Target<T, Z> for $integer {
            type Tile = Classes<T>;

            #[inline(always)]
            #[allow(clippy::cast_lossless, reason = "one macro for all integers; `check` keeps them small")]
            fn put(&self, lane: usize, tile: &mut Classes<T>) {
                tile.0.as_mut_slice()[lane] = T::from_f64(*self as f64);
            }

            #[allow(clippy::cast_lossless, reason = "one macro for all integers")]
            fn check(&self, _: TargetRange, sample: usize) -> Result<(), Error> {
                match usize::try_from(*self) {
                    Ok(class) if class < Z::N => Ok(()),
                    _ => Err(Error::ClassOutOfRange { sample, class: *self as i128, classes: Z::N }),
                }
            }
        }
    )*};
}

class_target!(u8, u16, u32, u64, usize, i32, i64);

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
