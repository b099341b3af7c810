//! One sample, and one target: what collections of them are made of.

use fearless_simd::Simd;

use crate::error::Error;
use crate::losses::TargetRange;
use crate::scalar::Scalar;
use crate::tile::TargetTile;

/// One sample: `N` numbers in a row.
#[diagnostic::on_unimplemented(
    message = "the network wants samples of {N} numbers of type `{T}`, but the data holds `{Self}`",
    label = "the data holds `{Self}`",
    note = "a sample is an array `[{T}; {N}]`, and data for instance `Vec<[{T}; {N}]>`"
)]
pub trait Sample<T: Scalar, const N: usize> {
    /// The numbers.
    fn numbers(&self) -> &[T; N];

    /// The numbers of many, if there is nothing else in them.
    #[doc(hidden)]
    #[inline(always)]
    fn all_numbers(_samples: &[Self]) -> Option<&[T]>
    where
        Self: Sized,
    {
        None
    }
}

/// One target: a vector, or a class.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a target of a network that gives `{Z}`",
    label = "not a target of such outputs",
    note = "`Tile<f32, 2>` is 2 numbers of type `f32` for each sample: its targets are arrays `[f32; 2]`, as `Vec<[f32; 2]>`, or \
            `f32` where it is one number; for a sparse loss, integers"
)]
pub trait Target<T: Scalar, Z> {
    /// What a tile of such targets is.
    type Tile: TargetTile<T, Z>;

    /// Copies this target into one lane.
    fn put(&self, lane: usize, tile: &mut Self::Tile);

    /// Copies targets into the lanes, as [`Samples::gather`](super::Samples::gather) does.
    #[inline(always)]
    fn gather<S: Simd>(_: S, targets: &[Self], indices: &[u32], tile: &mut Self::Tile)
    where
        Self: Sized,
    {
        let Some(first) = indices.first() else { return };
        for lane in 0..T::LANES {
            if let Some(target) = targets.get(*indices.get(lane).unwrap_or(first) as usize) {
                target.put(lane, tile);
            }
        }
    }

    /// The numbers of many, if there is nothing else in them.
    #[doc(hidden)]
    #[inline(always)]
    fn all_numbers(_targets: &[Self]) -> Option<&[T]>
    where
        Self: Sized,
    {
        None
    }

    /// Whether this target, which belongs to sample `sample`, makes sense for a loss that wants `range`.
    ///
    /// # Errors
    /// As [`Targets::check`](super::Targets::check).
    fn check(&self, range: TargetRange, sample: usize) -> Result<(), Error>;
}
