//! ndarray's arrays of two dimensions, whose samples are rows.

use fearless_simd::Simd;
use ndarray::{ArrayBase, Data, Ix2};

use super::{Samples, Targets, check_inputs, check_targets};
use crate::error::Error;
use crate::layers::InputRange;
use crate::losses::TargetRange;
use crate::scalar::{Lane, Scalar};
use crate::tile::Tile;

/// An array does not know its width before the program runs, so `check` compares it.
impl<T: Scalar, const N: usize, R: Data<Elem = T> + Sync> Samples<T, Tile<T, N>> for ArrayBase<R, Ix2> {
    fn count(&self) -> usize {
        self.nrows()
    }

    #[inline(always)]
    fn gather<S: Simd>(&self, _: S, indices: &[u32], tile: &mut Tile<T, N>) {
        gather(self, indices, tile);
    }

    #[inline(always)]
    fn all_numbers(&self) -> Option<&[T]> {
        all_numbers(self, N)
    }

    #[inline(always)]
    fn check(&self, range: InputRange) -> Result<(), Error> {
        check_width(self, "inputs", N)?;
        self.rows().into_iter().enumerate().try_for_each(|(sample, row)| check_inputs(row.iter(), range, sample))
    }
}

impl<T: Scalar, const N: usize, R: Data<Elem = T> + Sync> Targets<T, Tile<T, N>> for ArrayBase<R, Ix2> {
    type Tile = Tile<T, N>;

    fn count(&self) -> usize {
        self.nrows()
    }

    #[inline(always)]
    fn gather<S: Simd>(&self, _: S, indices: &[u32], tile: &mut Tile<T, N>) {
        gather(self, indices, tile);
    }

    #[inline(always)]
    fn all_numbers(&self) -> Option<&[T]> {
        all_numbers(self, N)
    }

    fn check(&self, range: TargetRange) -> Result<(), Error> {
        check_width(self, "targets", N)?;
        self.rows().into_iter().enumerate().try_for_each(|(sample, row)| check_targets(row.iter(), range, sample))
    }
}

/// Those of an array that is as wide as it should be, and has no gaps.
fn all_numbers<R: Data>(array: &ArrayBase<R, Ix2>, width: usize) -> Option<&[R::Elem]> {
    array.as_slice_memory_order().filter(|_| array.ncols() == width)
}

fn check_width<R: Data>(array: &ArrayBase<R, Ix2>, what: &'static str, expected: usize) -> Result<(), Error> {
    let found = array.ncols();
    if found == expected { Ok(()) } else { Err(Error::Width { what, expected, found }) }
}

fn gather<T: Scalar, R: Data<Elem = T>, const N: usize>(
    array: &ArrayBase<R, Ix2>,
    indices: &[u32],
    tile: &mut Tile<T, N>,
) {
    let Some(first) = indices.first() else { return };
    for lane in 0..T::LANES {
        let index = *indices.get(lane).unwrap_or(first) as usize;
        for (feature, column) in tile.columns_mut().iter_mut().enumerate() {
            if let Some(number) = array.get((index, feature)) {
                column.as_mut_slice()[lane] = *number;
            }
        }
    }
}
