use fearless_simd::Simd;

use super::Pointwise;
use super::hinge::{margin, sign};
use crate::scalar::Scalar;

/// `mean(max(1 - t y, 0)^2)` over the outputs.
///
/// Targets are -1 and 1, or 0 and 1, where 0 stands for -1. Wants `tanh` or no activation at the end of the network.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SquaredHinge;

impl Pointwise for SquaredHinge {
    const NAME: &'static str = "squared_hinge";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let short = margin::<T, S>(simd, y, t);
        short * short
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        margin::<T, S>(simd, y, t) * sign::<T, S>(simd, t) * T::from_f64(-2.0)
    }
}
