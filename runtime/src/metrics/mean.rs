use fearless_simd::{Simd, SimdFloat};

use super::MetricState;
use crate::kernels::transpose::sum;
use crate::scalar::{Lane, Scalar};

/// A running mean over samples.
///
/// Within a batch it is summed lane by lane in the scalar type, beyond a batch in `f64`.
#[derive(Clone, Copy, Debug)]
pub struct Mean<T: Scalar> {
    batch: T::Lane,
    sum: f64,
    samples: usize,
}

impl<T: Scalar> Default for Mean<T> {
    fn default() -> Self {
        Self { batch: T::Lane::splat(T::ZERO), sum: 0.0, samples: 0 }
    }
}

impl<T: Scalar> Mean<T> {
    /// Adds a number for each sample of a tile.
    #[inline(always)]
    pub fn add<S: Simd>(&mut self, simd: S, values: T::Vector<S>, weights: T::Vector<S>) {
        self.batch.store(values.mul_add(weights, self.batch.load(simd)));
    }
}

impl<T: Scalar> Mean<T> {
    /// Ends a batch of `samples`, and returns the sum of its numbers.
    #[inline(always)]
    pub(crate) fn close<S: Simd>(&mut self, simd: S, samples: usize) -> f64 {
        let batch = sum::<T, S>(simd, self.batch.load(simd)).to_f64();
        self.sum += batch;
        self.samples += samples;
        self.batch = T::Lane::splat(T::ZERO);
        batch
    }
}

impl<T: Scalar> MetricState<T> for Mean<T> {
    #[inline(always)]
    fn end_batch<S: Simd>(&mut self, simd: S, samples: usize) {
        self.close(simd, samples);
    }

    fn value(&self) -> f64 {
        self.sum / self.samples as f64
    }
}
