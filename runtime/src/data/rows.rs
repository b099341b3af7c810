//! Rows of numbers side by side in memory, and integers as classes.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use bytemuck::{cast_slice, try_cast_slice};
use fearless_simd::Simd;
use nalgebra::SVector;

use super::gather::{gather_rows, put_row};
use super::{Sample, Samples, Target, Targets, check_inputs, check_targets};
use crate::error::Error;
use crate::kernels::ahead::Rows;
use crate::layers::InputRange;
use crate::losses::TargetRange;
use crate::scalar::{Lane as _, Scalar};
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

/// Yes and no as targets: 1 and 0, for each output.
#[diagnostic::do_not_recommend]
impl<T: Scalar, const N: usize> Target<T, Tile<T, N>> for [bool; N] {
    type Tile = Tile<T, N>;

    #[inline(always)]
    fn put(&self, lane: usize, tile: &mut Tile<T, N>) {
        for (column, yes) in tile.columns_mut().iter_mut().zip(self) {
            column.as_mut_slice()[lane] = if *yes { T::ONE } else { T::ZERO };
        }
    }

    fn check(&self, _: TargetRange, _: usize) -> Result<(), Error> {
        Ok(())
    }
}

/// The same of one output.
#[diagnostic::do_not_recommend]
impl<T: Scalar> Target<T, Tile<T, 1>> for bool {
    type Tile = Tile<T, 1>;

    #[inline(always)]
    fn put(&self, lane: usize, tile: &mut Tile<T, 1>) {
        core::array::from_ref(self).put(lane, tile);
    }

    fn check(&self, _: TargetRange, _: usize) -> Result<(), Error> {
        Ok(())
    }
}

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

            #[allow(clippy::cast_lossless, clippy::cast_precision_loss, reason = "one macro for all integers; for a message")]
            fn check(&self, range: TargetRange, sample: usize) -> Result<(), Error> {
                match usize::try_from(*self) {
                    // a single output is the probability of the second of two classes
                    Ok(0 | 1) if Z::N == 1 && range == TargetRange::Probability => Ok(()),
                    _ if Z::N == 1 && range == TargetRange::Probability => {
                        Err(Error::TargetNotProbability { sample, index: 0, value: *self as f64 })
                    }
                    Ok(class) if class < Z::N => Ok(()),
                    _ => Err(Error::ClassOutOfRange { sample, class: *self as i128, classes: Z::N }),
                }
            }
        }
    )*};
}

class_target!(u8, u16, u32, u64, usize, i32, i64);
