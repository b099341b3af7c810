use fearless_simd::{Select, Simd, SimdBase};

use crate::scalar::{Lane, Scalar};
use crate::tile::{Classes, Tile};

/// Targets that a metric can compare with each output: vectors, or classes, which stand for one-hot vectors.
pub trait TargetColumns<T: Scalar> {
    /// The targets of output `i`.
    fn column<S: Simd>(&self, simd: S, i: usize) -> T::Vector<S>;
}

impl<T: Scalar, const N: usize> TargetColumns<T> for Tile<T, N> {
    #[inline(always)]
    fn column<S: Simd>(&self, simd: S, i: usize) -> T::Vector<S> {
        self.load(simd, i)
    }
}

impl<T: Scalar> TargetColumns<T> for Classes<T> {
    #[inline(always)]
    fn column<S: Simd>(&self, simd: S, i: usize) -> T::Vector<S> {
        let (one, zero) = (T::Vector::<S>::splat(simd, T::ONE), T::Vector::<S>::splat(simd, T::ZERO));
        self.0.load(simd).simd_eq(T::from_f64(i as f64)).select(one, zero)
    }
}
