//! Data that a function makes or fetches.

use fearless_simd::Simd;

use super::gather::put_row;
use super::{Sample, Samples, Target, Targets, check_inputs};
use crate::error::Error;
use crate::layers::InputRange;
use crate::losses::TargetRange;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// Data that a function makes or fetches: see [`from_fn`].
#[derive(Clone, Copy)]
pub struct FromFn<F> {
    count: usize,
    make: F,
}

/// `count` samples or targets, each of which `make` gives by its index, from 0, whenever it is needed: data that is
/// computed, memory-mapped, augmented, or a part of something larger.
///
/// `fit` calls `make` once for every sample to check it, and then once in each epoch. It must give the same sample for
/// the same index while it is checked and trained on, or what is checked is not what is learnt from.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::data::from_fn;
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let mut line = Line::new(rng);
/// let x = from_fn(100, |i| [i as f32 / 50.0 - 1.0]);
/// let y = from_fn(100, |i| [3.0 * (i as f32 / 50.0 - 1.0) + 1.0]);
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(50).batch_size(10).fit(&mut line, (&x, &y), rng)?;
/// assert!((line.predict(&[2.0])[0] - 7.0).abs() < 1e-3);
/// # Ok(())
/// # }
/// ```
pub const fn from_fn<R, F: Fn(usize) -> R>(count: usize, make: F) -> FromFn<F> {
    FromFn { count, make }
}

impl<F> core::fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("FromFn").field("count", &self.count).finish_non_exhaustive()
    }
}

impl<T, const N: usize, R, F> Samples<T, Tile<T, N>> for FromFn<F>
where
    T: Scalar,
    R: Sample<T, N>,
    F: Fn(usize) -> R + Sync,
{
    fn count(&self) -> usize {
        self.count
    }

    #[inline(always)]
    fn gather<S: Simd>(&self, _: S, indices: &[u32], tile: &mut Tile<T, N>) {
        for (lane, index) in lanes(indices).take(T::LANES).enumerate() {
            put_row(&(self.make)(index), lane, tile);
        }
    }

    #[inline(always)]
    fn check(&self, range: InputRange) -> Result<(), Error> {
        (0..self.count).try_for_each(|sample| check_inputs((self.make)(sample).numbers().iter(), range, sample))
    }
}

impl<T, Z, R, F> Targets<T, Z> for FromFn<F>
where
    T: Scalar,
    R: Target<T, Z>,
    F: Fn(usize) -> R + Sync,
{
    type Tile = R::Tile;

    fn count(&self) -> usize {
        self.count
    }

    #[inline(always)]
    fn gather<S: Simd>(&self, _: S, indices: &[u32], tile: &mut R::Tile) {
        for (lane, index) in lanes(indices).take(T::LANES).enumerate() {
            (self.make)(index).put(lane, tile);
        }
    }

    fn check(&self, range: TargetRange) -> Result<(), Error> {
        (0..self.count).try_for_each(|sample| (self.make)(sample).check(range, sample))
    }
}

/// The indices of the lanes; those beyond the last repeat the first.
fn lanes(indices: &[u32]) -> impl Iterator<Item = usize> {
    let rest = indices.first().into_iter().cycle();
    indices.iter().chain(rest).map(|&index| index as usize)
}
