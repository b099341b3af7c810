//! nalgebra matrices whose samples are columns or rows.

use bytemuck::cast_slice;
use fearless_simd::Simd;
use nalgebra::{Const, Dyn, OMatrix};

use super::gather::gather_rows;
use super::{Samples, Targets, check_inputs, check_targets};
use crate::error::Error;
use crate::kernels::ahead::Rows;
use crate::layers::InputRange;
use crate::losses::TargetRange;
use crate::scalar::{Lane, Scalar};
use crate::tile::Tile;

/// Both traits, for a matrix whose samples are columns or rows.
macro_rules! matrix {
    ($matrix:ty, $len:ident, $number:ident, $gather:ident, $in_memory:ident) => {
        impl<T: Scalar, const N: usize> Samples<T, Tile<T, N>> for $matrix {
            fn count(&self) -> usize {
                self.$len()
            }

            #[inline(always)]
            fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut Tile<T, N>) {
                $gather(simd, self, indices, tile);
            }

            #[inline(always)]
            fn in_memory(&self) -> Option<Rows<'_>> {
                $in_memory(self)
            }

            #[inline(always)]
            fn all_numbers(&self) -> Option<&[T]> {
                Some(self.as_slice())
            }

            #[inline(always)]
            fn check(&self, range: InputRange) -> Result<(), Error> {
                self.$number().enumerate().try_for_each(|(sample, numbers)| check_inputs(numbers.iter(), range, sample))
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

            #[inline(always)]
            fn all_numbers(&self) -> Option<&[T]> {
                Some(self.as_slice())
            }

            fn check(&self, range: TargetRange) -> Result<(), Error> {
                self.$number()
                    .enumerate()
                    .try_for_each(|(sample, numbers)| check_targets(numbers.iter(), range, sample))
            }
        }
    };
}

matrix!(OMatrix<T, Const<N>, Dyn>, ncols, column_iter, gather_from_columns, columns_in_memory);
matrix!(OMatrix<T, Dyn, Const<N>>, nrows, row_iter, gather_from_rows, rows_in_memory);

#[inline(always)]
fn columns_in_memory<T: Scalar, const N: usize>(matrix: &OMatrix<T, Const<N>, Dyn>) -> Option<Rows<'_>> {
    Some(Rows::new(cast_slice(matrix.as_slice().get(..N)?), size_of::<[T; N]>()))
}

/// Its numbers do not lie side by side.
#[inline(always)]
fn rows_in_memory<T: Scalar, const N: usize>(_: &OMatrix<T, Dyn, Const<N>>) -> Option<Rows<'_>> {
    None
}

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
