use fearless_simd::{Simd, SimdFloat};

use crate::kernels::framed;
use crate::kernels::transpose::sum;
use crate::scalar::{Lane, Scalar};

/// A running sum over samples: within a batch lane by lane in the scalar type, beyond a batch in `f64`.
#[derive(Clone, Copy, Debug)]
pub struct Sum<T: Scalar> {
    batch: T::Lane,
    total: f64,
}

impl<T: Scalar> Default for Sum<T> {
    fn default() -> Self {
        Self { batch: T::Lane::splat(T::ZERO), total: 0.0 }
    }
}

impl<T: Scalar> Sum<T> {
    /// Adds a number for each sample of a tile.
    #[inline(always)]
    pub fn add<S: Simd>(&mut self, simd: S, values: T::Vector<S>, weights: T::Vector<S>) {
        framed!(simd, self.batch.store(values.mul_add(weights, self.batch.load(simd))));
    }

    /// Ends a batch, and returns the sum of its numbers.
    #[inline(always)]
    pub fn close<S: Simd>(&mut self, simd: S) -> f64 {
        let batch = framed!(simd, sum::<T, S>(simd, self.batch.load(simd)).to_f64());
        self.total += batch;
        self.batch = T::Lane::splat(T::ZERO);
        batch
    }

    /// Adds to what has ended.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn raise(&mut self, by: f64) {
        self.total += by;
    }

    /// The sum over all batches that have ended.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }
}
