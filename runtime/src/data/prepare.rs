//! What is done to data before a network sees it.

use alloc::vec;
use alloc::vec::Vec;
use core::array::from_fn;

use bytemuck::zeroed_box;
use fearless_simd::Simd;

use super::{Samples, count};
use crate::error::Error;
use crate::kernels::{Task, dispatch, level};
use crate::layers::{InputRange, LEAST_VARIANCE};
use crate::scalar::Scalar;
use crate::tile::{Tile, tiles};

/// Measures in units of their standard deviation, from their mean: what a network wants to see.
///
/// `(x - mean) / max(sqrt(variance), 1e-7)` for each of the `N` inputs, with the variance of the whole, not of a sample
/// of it: as Keras's layer of this name. What never changes becomes 0. As a part of the network, which is saved with
/// it, it is the [layer](crate::layers::Normalization) of this name, into whose parameters it turns.
///
/// ```
/// use typenet::data::Normalization;
///
/// let x_train = [[1.0, 5.0], [3.0, 5.0]];
/// let normalization = Normalization::adapt(&x_train);
/// assert_eq!(normalization.apply_all(&x_train), [[-1.0, 0.0], [1.0, 0.0]]);
/// // what comes later is measured by what was trained on
/// assert_eq!(normalization.apply(&[4.0, 5.0]), [2.0, 0.0]);
/// // and back, for targets that were normalised
/// assert_eq!(normalization.invert(&[2.0, 0.0]), [4.0, 5.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalization<T, const N: usize> {
    /// The mean of each input.
    pub mean: [T; N],
    /// The variance of each input.
    pub variance: [T; N],
}

impl<T: Scalar, const N: usize> Normalization<T, N> {
    /// Learns mean and variance of each input; both are 0 if there are no samples. What a network is tested on must
    /// have no part in this.
    #[must_use]
    pub fn adapt(samples: &[[T; N]]) -> Self {
        Self::over(samples.len(), |see| samples.iter().for_each(see))
    }

    /// The same of data of any kind.
    pub(crate) fn of<X: Samples<T, Tile<T, N>> + ?Sized>(samples: &X) -> Result<Self, Error> {
        let all = samples.count();
        count(all)?;
        if all == 0 {
            return Err(Error::NoSamples);
        }
        samples.check(InputRange::Finite)?;
        let mut tile = zeroed_box::<Tile<T, N>>();
        Ok(Self::over(all, |see| {
            let mut sample = [T::ZERO; N];
            for (indices, range) in tiles(0..all, T::LANES) {
                let indices = &indices[..range.len()];
                dispatch(level(), Gather { samples, indices, tile: &mut *tile });
                for lane in 0..indices.len() {
                    tile.get_sample(lane, &mut sample);
                    see(&sample);
                }
            }
        }))
    }

    /// Mean and variance over so many samples, which `each` shows one after the other. In `f64` and in two passes, so
    /// that a large mean takes nothing from the variance.
    fn over(count: usize, mut each: impl FnMut(&mut dyn FnMut(&[T; N]))) -> Self {
        let count = count.max(1) as f64;
        let (mut mean, mut variance) = (vec![0.0; N], vec![0.0; N]);
        each(&mut |sample| {
            for (sum, x) in mean.iter_mut().zip(sample) {
                *sum += x.to_f64();
            }
        });
        for mean in &mut mean {
            *mean /= count;
        }
        each(&mut |sample| {
            for ((sum, x), mean) in variance.iter_mut().zip(sample).zip(&mean) {
                *sum += (x.to_f64() - mean) * (x.to_f64() - mean);
            }
        });
        Self { mean: from_fn(|i| T::from_f64(mean[i])), variance: from_fn(|i| T::from_f64(variance[i] / count)) }
    }

    /// The same mean and variance for all inputs, those of all numbers together, for inputs that are of one kind, as
    /// the points of a picture are: Keras's `Normalization(axis=None)`.
    ///
    /// ```
    /// use typenet::data::Normalization;
    ///
    /// let normalization = Normalization::adapt(&[[1.0, 2.0], [3.0, 10.0]]).as_one();
    /// assert_eq!((normalization.mean, normalization.variance), ([4.0; 2], [12.5; 2]));
    /// ```
    #[must_use]
    pub fn as_one(self) -> Self {
        let of_all = |each: &dyn Fn(usize) -> f64| (0..N).map(each).sum::<f64>() / N.max(1) as f64;
        let mean = of_all(&|i| self.mean[i].to_f64());
        let variance = of_all(&|i| {
            let from_mean = self.mean[i].to_f64() - mean;
            self.variance[i].to_f64() + from_mean * from_mean
        });
        Self { mean: [T::from_f64(mean); N], variance: [T::from_f64(variance); N] }
    }

    /// One sample, normalised.
    #[must_use]
    pub fn apply(&self, sample: &[T; N]) -> [T; N] {
        from_fn(|i| T::from_f64((sample[i].to_f64() - self.mean[i].to_f64()) / self.deviation(i)))
    }

    /// What a normalised sample was, `mean + x * max(sqrt(variance), 1e-7)`: Keras's `Normalization(invert=True)`.
    #[must_use]
    pub fn invert(&self, sample: &[T; N]) -> [T; N] {
        from_fn(|i| T::from_f64(sample[i].to_f64() * self.deviation(i) + self.mean[i].to_f64()))
    }

    fn deviation(&self, i: usize) -> f64 {
        libm::sqrt(self.variance[i].to_f64().max(LEAST_VARIANCE))
    }

    /// Many samples, normalised.
    #[must_use]
    pub fn apply_all(&self, samples: &[[T; N]]) -> Vec<[T; N]> {
        samples.iter().map(|sample| self.apply(sample)).collect()
    }
}

/// Copies samples into a tile.
struct Gather<'a, X: ?Sized, Z> {
    samples: &'a X,
    indices: &'a [u32],
    tile: &'a mut Z,
}

impl<T: Scalar, X: Samples<T, Tile<T, N>> + ?Sized, const N: usize> Task for Gather<'_, X, Tile<T, N>> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.samples.gather(simd, self.indices, self.tile);
    }
}

/// Classes as vectors with a 1 in the place of the class and 0 elsewhere, as Keras's function of this name.
///
/// A sparse loss, such as `SparseCategoricalCrossEntropy`, takes the classes themselves.
///
/// ```
/// use typenet::data::to_categorical;
///
/// # fn main() -> Result<(), typenet::Error> {
/// let y: Vec<[f32; 3]> = to_categorical(&[2_u8, 0])?;
/// assert_eq!(y, [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
///
/// let error = to_categorical::<f32, _, 3>(&[0, 3]).unwrap_err();
/// assert_eq!(error.to_string(), "the target of sample 1 is class 3, but the network has 3 outputs");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::ClassOutOfRange`], with the first class that is not from 0 to `N - 1`.
pub fn to_categorical<T, C, const N: usize>(classes: &[C]) -> Result<Vec<[T; N]>, Error>
where
    T: Scalar,
    C: Copy + TryInto<i128>,
{
    let vector = |(sample, &class): (usize, &C)| {
        let mut vector = [T::ZERO; N];
        *place(&mut vector, sample, class)? = T::ONE;
        Ok(vector)
    };
    classes.iter().enumerate().map(vector).collect()
}

/// The weights with which classes that are not equally frequent count alike, for
/// [`Trainer::class_weight`](crate::Trainer::class_weight): `samples / (CLASSES * samples of the class)`, scikit-learn's
/// `compute_class_weight("balanced")`. They leave the sum of the weights of all samples as it is, and so the size of a step.
///
/// ```
/// use typenet::data::balanced_class_weight;
///
/// # fn main() -> Result<(), typenet::Error> {
/// let weights = balanced_class_weight(&[0, 0, 0, 1])?;
/// assert_eq!(weights, [4.0 / (2.0 * 3.0), 4.0 / (2.0 * 1.0)]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::ClassOutOfRange`], with the first class that is not from 0 to `CLASSES - 1`; [`Error::ClassWeight`], with the
/// first class that no sample is of: its weight would be infinite.
pub fn balanced_class_weight<C, const CLASSES: usize>(classes: &[C]) -> Result<[f64; CLASSES], Error>
where
    C: Copy + TryInto<i128>,
{
    let mut counts = [0_u32; CLASSES];
    for (sample, &class) in classes.iter().enumerate() {
        *place(&mut counts, sample, class)? += 1;
    }
    let weights = counts.map(|count| classes.len() as f64 / (CLASSES as f64 * f64::from(count)));
    match weights.iter().position(|weight| !weight.is_finite()) {
        Some(class) => Err(Error::ClassWeight { class, weight: weights[class] }),
        None => Ok(weights),
    }
}

/// The place of the class of a sample.
fn place<V, C: TryInto<i128>>(places: &mut [V], sample: usize, class: C) -> Result<&mut V, Error> {
    let (class, classes) = (class.try_into().unwrap_or(i128::MAX), places.len());
    let place = usize::try_from(class).ok().and_then(|class| places.get_mut(class));
    place.ok_or(Error::ClassOutOfRange { sample, class, classes })
}
