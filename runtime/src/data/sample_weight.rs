//! Samples that do not count alike.

use fearless_simd::Simd;

use super::Targets;
use crate::error::Error;
use crate::losses::TargetRange;
use crate::scalar::{Lane, Scalar};

/// Targets whose samples do not count alike: see [`sample_weight`].
#[derive(Debug)]
pub struct SampleWeight<'a, T, Y: ?Sized> {
    targets: &'a Y,
    weights: &'a [T],
}

/// `targets` whose samples count as much as `weights` say: Keras's `sample_weight`.
///
/// The loss of a batch is `sum_i weight_i * loss_i / n`, over its `n` samples and not over the sum of their weights, as
/// in Keras. So is that of `evaluate` and of validation data, if they are given weights; metrics take every sample
/// alike, but for [`weighted_metric`](crate::Trainer::weighted_metric)s.
///
/// Errors of whatever takes data: [`Error::SampleWeights`] if there are not as many weights as targets,
/// [`Error::SampleWeight`] if one is negative, infinite or not a number.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::data::sample_weight;
/// use typenet::prelude::*;
///
/// network! { Constant = Dense(1 -> 1, kernel_initializer = zeros) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let (x, y, weights) = ([0.0; 3], [1.0, 2.0, 600.0], [1.5, 1.5, 0.0]);
/// let mut constant = Constant::new(rng);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.25)).epochs(50);
/// trainer.fit(&mut constant, (&x, &sample_weight(&y, &weights)), rng)?;
/// assert!((constant.predict(&[0.0])[0] - 1.5).abs() < 1e-4);
/// # Ok(())
/// # }
/// ```
pub const fn sample_weight<'a, T, Y: ?Sized>(targets: &'a Y, weights: &'a [T]) -> SampleWeight<'a, T, Y> {
    SampleWeight { targets, weights }
}

impl<T: Scalar, Z, Y: Targets<T, Z> + ?Sized> Targets<T, Z> for SampleWeight<'_, T, Y> {
    type Tile = Y::Tile;

    fn count(&self) -> usize {
        self.targets.count()
    }

    #[inline(always)]
    fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut Y::Tile) {
        self.targets.gather(simd, indices, tile);
    }

    #[inline(always)]
    fn weigh<S: Simd>(&self, simd: S, indices: &[u32], weights: T::Vector<S>) -> T::Vector<S> {
        let mut mine = T::Lane::splat(T::ZERO);
        for (lane, &index) in mine.as_mut_slice().iter_mut().zip(indices) {
            if let Some(weight) = self.weights.get(index as usize) {
                *lane = *weight;
            }
        }
        self.targets.weigh(simd, indices, weights * mine.load(simd))
    }

    fn check(&self, range: TargetRange) -> Result<(), Error> {
        let targets = self.targets.count();
        if self.weights.len() != targets {
            return Err(Error::SampleWeights { weights: self.weights.len(), targets });
        }
        for (sample, weight) in self.weights.iter().enumerate() {
            if !weight.finite() || *weight < T::ZERO {
                return Err(Error::SampleWeight { sample, weight: weight.to_f64() });
            }
        }
        self.targets.check(range)
    }
}
