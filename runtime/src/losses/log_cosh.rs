use fearless_simd::{Simd, SimdBase};

use super::Pointwise;
use crate::scalar::Scalar;

/// `mean(ln(cosh(y - t)))` over the outputs: like squares near the target, like straight lines far away.
///
/// Computed as `|e| + ln(1 + e^(-2 |e|)) - ln(2)`, which does not overflow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogCosh;

impl Pointwise for LogCosh {
    const NAME: &'static str = "log_cosh";

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let size = (y - t).abs();
        size + T::ln_1p(T::exp(size * T::from_f64(-2.0))) - T::from_f64(core::f64::consts::LN_2)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, _: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        T::tanh(y - t)
    }
}
