use fearless_simd::{Select, Simd, SimdBase};

use super::OutputLoss;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// `mean(|y - t|)` over the outputs. Where `y = t` the gradient is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanAbsoluteError;

impl OutputLoss for MeanAbsoluteError {
    const NAME: &'static str = "mean_absolute_error";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, const N: usize>(&self, simd: S, y: &Tile<T, N>, t: &Tile<T, N>) -> T::Vector<S> {
        let mut sum = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            sum += (y.load(simd, i) - t.load(simd, i)).abs();
        }
        sum * T::from_f64(1.0 / N as f64)
    }

    #[inline(always)]
    fn gradient<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        y: &Tile<T, N>,
        t: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    ) {
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let up = T::Vector::<S>::splat(simd, T::from_f64(1.0 / N as f64));
        for i in 0..N {
            let error = y.load(simd, i) - t.load(simd, i);
            let sign = error.simd_gt(zero).select(up, error.simd_lt(zero).select(-up, zero));
            gradient.store::<S>(i, sign);
        }
    }
}
