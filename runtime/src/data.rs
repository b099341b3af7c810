//! Data: anything that gives samples by index.
//!
//! | inputs, or targets that are vectors | a sample is |
//! | --- | --- |
//! | `Vec<[T; N]>`, `&[[T; N]]`, `[[T; N]; M]` | an element |
//! | `Vec<SVector<T, N>>` and slices and arrays of them | an element |
//! | `Vec<T>` and slices and arrays of it, for networks with one input or output | an element |
//! | `OMatrix<T, Const<N>, Dyn>` | a column |
//! | `OMatrix<T, Dyn, Const<N>>` | a row |
//!
//! Targets that are classes are integers: `Vec` or slice of `u8`, `u16`, `u32`, `u64`, `usize`, `i32` or `i64`.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use fearless_simd::{Simd, SimdBase};
use nalgebra::SVector;

use crate::error::Error;
use crate::kernels::transpose::transpose;
use crate::losses::{Loss, TargetRange};
use crate::scalar::{Lane, Scalar};
use crate::tile::{Classes, Features, TargetTile, Tile};

/// Inputs and targets.
pub(crate) type Data<'a, X, Y> = (&'a X, &'a Y);

/// Inputs for a network that takes tiles `X`.
///
/// Implemented for collections of [`Sample`]s and for matrices; implement it for a type of your own to train from it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the data of a network that takes `{X}`",
    label = "not samples of that width",
    note = "a network with `N` inputs takes `Vec<[T; N]>`, slices and arrays of `[T; N]`, and matrices with `N` rows \
            or columns"
)]
pub trait Samples<T: Scalar, X> {
    /// How many samples there are.
    fn count(&self) -> usize;

    /// Copies the samples with these indices into the lanes of `tile`, in order. There is at least one index and at
    /// most one for each lane; lanes beyond the last index repeat the first sample.
    fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut X);

    /// Whether all numbers are finite.
    ///
    /// # Errors
    /// [`Error::InputNotFinite`], with the first that is not.
    fn check(&self) -> Result<(), Error>;
}

/// Targets for a network that gives tiles `Z`: vectors as wide as the output, or classes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the targets of a network that gives `{Z}`",
    label = "not targets of that width",
    note = "a network with `N` outputs takes `Vec<[T; N]>`, slices and arrays of `[T; N]` or matrices with `N` rows or \
            columns as targets; for a sparse loss, integers"
)]
pub trait Targets<T: Scalar, Z> {
    /// What a tile of targets is: `Z`, or [`Classes`].
    type Tile: TargetTile<T, Z>;

    /// How many targets there are.
    fn count(&self) -> usize;

    /// As [`Samples::gather`].
    fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut Self::Tile);

    /// Whether all targets make sense for a loss that wants `range`.
    ///
    /// # Errors
    /// [`Error::TargetNotFinite`], [`Error::TargetNotProbability`] or [`Error::ClassOutOfRange`], with the first that
    /// does not.
    fn check(&self, range: TargetRange) -> Result<(), Error>;
}

/// Whether the data can be trained on with this loss; how many samples there are.
pub(crate) fn check<T, H, Z, L, X, Y, I>((x, y): Data<'_, X, Y>) -> Result<u32, Error>
where
    T: Scalar,
    X: Samples<T, I> + ?Sized,
    Y: Targets<T, Z> + ?Sized,
    L: Loss<T, H, Z, Y::Tile>,
{
    let (samples, targets) = (x.count(), y.count());
    if samples != targets {
        return Err(Error::CountMismatch { inputs: samples, targets });
    }
    if samples == 0 {
        return Err(Error::NoSamples);
    }
    let count = u32::try_from(samples).map_err(|_| Error::TooManySamples { samples })?;
    x.check()?;
    y.check(L::TARGETS)?;
    Ok(count)
}

/// One sample: `N` numbers in a row.
#[diagnostic::on_unimplemented(
    message = "the network wants samples of {N} numbers of type `{T}`, but the data holds `{Self}`",
    label = "the data holds `{Self}`"
)]
pub trait Sample<T: Scalar, const N: usize> {
    /// The numbers.
    fn numbers(&self) -> &[T; N];
}

/// One target: a vector, or a class.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a target of a network that gives `{Z}`",
    label = "not a target of that width",
    note = "a network with `N` outputs takes targets `[T; N]`; for a sparse loss, integers"
)]
pub trait Target<T: Scalar, Z> {
    /// What a tile of such targets is.
    type Tile: TargetTile<T, Z>;

    /// Copies targets into the lanes, as [`Samples::gather`] does.
    fn gather<S: Simd>(simd: S, targets: &[Self], indices: &[u32], tile: &mut Self::Tile)
    where
        Self: Sized;

    /// Whether this target, which belongs to sample `sample`, makes sense for a loss that wants `range`.
    ///
    /// # Errors
    /// As [`Targets::check`].
    fn check(&self, range: TargetRange, sample: usize) -> Result<(), Error>;
}

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
}

impl<T: Scalar, const N: usize> Sample<T, N> for SVector<T, N> {
    #[inline(always)]
    fn numbers(&self) -> &[T; N] {
        &self.data.0[0]
    }
}

impl Sample<f32, 1> for f32 {
    #[inline(always)]
    fn numbers(&self) -> &[f32; 1] {
        core::array::from_ref(self)
    }
}

impl Sample<f64, 1> for f64 {
    #[inline(always)]
    fn numbers(&self) -> &[f64; 1] {
        core::array::from_ref(self)
    }
}

impl<T: Scalar, const N: usize, D: Elements<Element: Sample<T, N>> + ?Sized> Samples<T, Tile<T, N>> for D {
    fn count(&self) -> usize {
        self.elements().len()
    }

    #[inline(always)]
    fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut Tile<T, N>) {
        gather_rows(simd, self.elements(), indices, tile);
    }

    fn check(&self) -> Result<(), Error> {
        for (sample, row) in self.elements().iter().enumerate() {
            check_inputs(row.numbers().iter(), sample)?;
        }
        Ok(())
    }
}

impl<T: Scalar, Z, D: Elements<Element: Target<T, Z>> + ?Sized> Targets<T, Z> for D {
    type Tile = <D::Element as Target<T, Z>>::Tile;

    fn count(&self) -> usize {
        self.elements().len()
    }

    #[inline(always)]
    fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut Self::Tile) {
        <D::Element as Target<T, Z>>::gather(simd, self.elements(), indices, tile);
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
            fn gather<S: Simd>(simd: S, targets: &[Self], indices: &[u32], tile: &mut Tile<$t, $n>) {
                gather_rows(simd, targets, indices, tile);
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
            fn gather<S: Simd>(_: S, targets: &[Self], indices: &[u32], tile: &mut Classes<T>) {
                let first = indices.first().copied().unwrap_or_default();
                let indices = indices.iter().chain(core::iter::repeat(&first));
                for (lane, &index) in tile.0.as_mut_slice().iter_mut().zip(indices) {
                    if let Some(&class) = targets.get(index as usize) {
                        *lane = T::from_f64(class as f64);
                    }
                }
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

/// Copies rows into lanes: squares of `LANES` numbers of `LANES` samples are transposed in registers.
#[inline(always)]
fn gather_rows<T: Scalar, S: Simd, const N: usize, R: Sample<T, N>>(
    simd: S,
    rows: &[R],
    indices: &[u32],
    tile: &mut Tile<T, N>,
) {
    let Some(first) = indices.first() else { return };
    let row = |lane: usize| rows.get(*indices.get(lane).unwrap_or(first) as usize);
    let squares = if N < T::LANES { 0 } else { N / T::LANES };
    for square in 0..squares {
        let start = square * T::LANES;
        let mut vectors = [T::Vector::<S>::splat(simd, T::ZERO); 16];
        for (lane, vector) in vectors.iter_mut().enumerate().take(T::LANES) {
            if let Some(row) = row(lane) {
                *vector = T::Vector::<S>::from_slice(simd, &row.numbers()[start..start + T::LANES]);
            }
        }
        transpose::<T, S>(simd, &mut vectors);
        for (column, vector) in tile.columns_mut()[start..start + T::LANES].iter_mut().zip(vectors) {
            column.store(vector);
        }
    }
    for lane in 0..T::LANES {
        if let Some(row) = row(lane) {
            for (column, value) in tile.columns_mut().iter_mut().zip(row.numbers()).skip(squares * T::LANES) {
                column.as_mut_slice()[lane] = *value;
            }
        }
    }
}

/// Neither NaN nor infinite.
pub(crate) fn check_inputs<'a, T: Scalar>(numbers: impl Iterator<Item = &'a T>, sample: usize) -> Result<(), Error> {
    for (index, number) in numbers.enumerate() {
        if !number.finite() {
            return Err(Error::InputNotFinite { sample, index, value: number.to_f64() });
        }
    }
    Ok(())
}

/// Finite, and where the loss takes probabilities, from 0 to 1.
pub(crate) fn check_targets<'a, T: Scalar>(
    numbers: impl Iterator<Item = &'a T>,
    range: TargetRange,
    sample: usize,
) -> Result<(), Error> {
    for (index, number) in numbers.enumerate() {
        if !number.finite() {
            return Err(Error::TargetNotFinite { sample, index, value: number.to_f64() });
        }
        if range == TargetRange::Probability && !(T::ZERO..=T::ONE).contains(number) {
            return Err(Error::TargetNotProbability { sample, index, value: number.to_f64() });
        }
    }
    Ok(())
}

#[cfg(feature = "alloc")]
mod matrices {
    use nalgebra::{Const, Dyn, OMatrix};

    use super::{
        Error, Lane, Samples, Scalar, Simd, TargetRange, Targets, Tile, check_inputs, check_targets, gather_rows,
    };

    /// Both traits, for a matrix whose samples are columns or rows.
    macro_rules! matrix {
        ($matrix:ty, $len:ident, $number:ident, $gather:ident) => {
            impl<T: Scalar, const N: usize> Samples<T, Tile<T, N>> for $matrix {
                fn count(&self) -> usize {
                    self.$len()
                }

                #[inline(always)]
                fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut Tile<T, N>) {
                    $gather(simd, self, indices, tile);
                }

                fn check(&self) -> Result<(), Error> {
                    self.$number().enumerate().try_for_each(|(sample, numbers)| check_inputs(numbers.iter(), sample))
                }
            }

            impl<T: Scalar, const N: usize> Targets<T, Tile<T, N>> for $matrix {
                type Tile = Tile<T, N>;

                fn count(&self) -> usize {
                    self.$len()
                }

                #[inline(always)]
                fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut Tile<T, N>) {
                    $gather(simd, self, indices, tile);
                }

                fn check(&self, range: TargetRange) -> Result<(), Error> {
                    self.$number()
                        .enumerate()
                        .try_for_each(|(sample, numbers)| check_targets(numbers.iter(), range, sample))
                }
            }
        };
    }

    matrix!(OMatrix<T, Const<N>, Dyn>, ncols, column_iter, gather_from_columns);
    matrix!(OMatrix<T, Dyn, Const<N>>, nrows, row_iter, gather_from_rows);

    #[inline(always)]
    fn gather_from_columns<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        matrix: &OMatrix<T, Const<N>, Dyn>,
        indices: &[u32],
        tile: &mut Tile<T, N>,
    ) {
        let (columns, _) = matrix.as_slice().as_chunks::<N>();
        gather_rows(simd, columns, indices, tile);
    }

    /// Number `i` of all samples lies side by side in column `i` already.
    #[inline(always)]
    fn gather_from_rows<T: Scalar, S: Simd, const N: usize>(
        _: S,
        matrix: &OMatrix<T, Dyn, Const<N>>,
        indices: &[u32],
        tile: &mut Tile<T, N>,
    ) {
        let first = indices.first().copied().unwrap_or_default();
        for (column, from) in tile.columns_mut().iter_mut().zip(matrix.as_slice().chunks_exact(matrix.nrows().max(1))) {
            let indices = indices.iter().chain(core::iter::repeat(&first));
            for (lane, &index) in column.as_mut_slice().iter_mut().zip(indices) {
                if let Some(&value) = from.get(index as usize) {
                    *lane = value;
                }
            }
        }
    }
}
