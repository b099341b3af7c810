use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::OutputLoss;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// `mean((y - t)^2)` over the outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanSquaredError;

impl OutputLoss for MeanSquaredError {
    const NAME: &'static str = "mean_squared_error";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, const N: usize>(&self, simd: S, y: &Tile<T, N>, t: &Tile<T, N>) -> T::Vector<S> {
        let mut sum = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let error = y.load(simd, i) - t.load(simd, i);
            sum = error.mul_add(error, sum);
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
        let scale = T::from_f64(2.0 / N as f64);
        for i in 0..N {
            gradient.store::<S>(i, (y.load(simd, i) - t.load(simd, i)) * scale);
        }
    }
}
