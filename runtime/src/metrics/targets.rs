use bytemuck::cast_ref;
use fearless_simd::{Select, Simd, SimdBase};

use super::BinaryAccuracy;
use crate::losses::{BinaryCrossEntropy, BinaryFocalCrossEntropy};
use crate::scalar::{Lane, Scalar};
use crate::tile::{Classes, Tile, VectorTargets};

/// Targets that a metric can compare with each of `N` outputs: vectors, or classes, which stand for one-hot vectors; those of a
/// single output are 0 and 1.
pub trait TargetColumns<T: Scalar, const N: usize> {
    /// The targets of output `i`.
    fn column<S: Simd>(&self, simd: S, i: usize) -> T::Vector<S>;
}

impl<T: Scalar, const N: usize> TargetColumns<T, N> for Tile<T, N> {
    #[inline(always)]
    fn column<S: Simd>(&self, simd: S, i: usize) -> T::Vector<S> {
        self.load(simd, i)
    }
}

impl<T: Scalar, const N: usize> TargetColumns<T, N> for Classes<T> {
    #[inline(always)]
    fn column<S: Simd>(&self, simd: S, i: usize) -> T::Vector<S> {
        if const { N == 1 } {
            return self.0.load(simd);
        }
        let (one, zero) = (T::Vector::<S>::splat(simd, T::ONE), T::Vector::<S>::splat(simd, T::ZERO));
        self.0.load(simd).simd_eq(T::from_f64(i as f64)).select(one, zero)
    }
}

/// Integers are vectors of one number where an output tells two classes apart.
macro_rules! of_two_classes {
    ($($loss:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Scalar> VectorTargets<T, 1, $loss> for Classes<T> {
            #[inline(always)]
            fn vectors(&self) -> &Tile<T, 1> {
                // both are a lane and nothing else
                cast_ref(self)
            }
        }
    )*};
}

of_two_classes!(BinaryCrossEntropy, BinaryFocalCrossEntropy, BinaryAccuracy);
