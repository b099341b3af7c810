use fearless_simd::Simd;

use super::{MetricState, Sum};
use crate::scalar::Scalar;

/// A running mean over samples.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mean<T: Scalar> {
    sum: Sum<T>,
    samples: usize,
}

impl<T: Scalar> Mean<T> {
    /// Adds a number for each sample of a tile.
    #[inline(always)]
    pub fn add<S: Simd>(&mut self, simd: S, values: T::Vector<S>, weights: T::Vector<S>) {
        self.sum.add(simd, values, weights);
    }

    /// Ends a batch of `samples`, and returns the sum of its numbers.
    #[inline(always)]
    pub(crate) fn close<S: Simd>(&mut self, simd: S, samples: usize) -> f64 {
        self.samples += samples;
        self.sum.close(simd)
    }
}

impl<T: Scalar> MetricState<T> for Mean<T> {
    #[inline(always)]
    fn end_batch<S: Simd>(&mut self, simd: S, samples: usize) {
        self.close(simd, samples);
    }

    fn value(&self) -> f64 {
        self.sum.total() / self.samples as f64
    }
}
