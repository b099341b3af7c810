use fearless_simd::Simd;

use super::{MetricState, Sum};
use crate::scalar::Scalar;

/// A running mean over samples.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mean<T: Scalar> {
    sum: Sum<T>,
    weight: f64,
}

impl<T: Scalar> Mean<T> {
    /// Adds a number for each sample of a tile.
    #[inline(always)]
    pub fn add<S: Simd>(&mut self, simd: S, values: T::Vector<S>, weights: T::Vector<S>) {
        self.sum.add(simd, values, weights);
    }

    /// Ends a batch whose samples weigh `weight` together, and returns the sum of its numbers.
    #[inline(always)]
    pub(crate) fn close<S: Simd>(&mut self, simd: S, weight: f64) -> f64 {
        self.weight += weight;
        self.sum.close(simd)
    }

    /// Adds to the sum of a batch that has ended.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn raise(&mut self, by: f64) {
        self.sum.raise(by);
    }
}

impl<T: Scalar> MetricState<T> for Mean<T> {
    #[inline(always)]
    fn end_batch<S: Simd>(&mut self, simd: S, weight: f64) {
        self.close(simd, weight);
    }

    fn value(&self) -> f64 {
        // of nothing it is 0, as in Keras
        if self.weight > 0.0 { self.sum.total() / self.weight } else { 0.0 }
    }
}
