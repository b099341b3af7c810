//! The hyperbolic tangent.

use super::exp::{self, exp_in_range};
use super::{Format, horner};
use fearless_simd::{Select, Simd, SimdFloat};

/// tanh x. From `SWITCH` on it is 1 - 2 / (e²ˣ + 1), which only subtracts the small difference from 1; before, where
/// that would cancel, it is a polynomial. Both are evaluated for |x|, which makes the function exactly odd.
#[inline(always)]
pub(super) fn tanh<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V) -> V {
    let one = V::splat(x.token(), E::ONE);
    let two = V::splat(x.token(), E::TWO);
    let magnitude = x.abs();

    let square = magnitude * magnitude;
    let near = (magnitude * square).mul_add(horner(square, E::TANH), magnitude);

    let far = one - two / (exp_in_range((magnitude + magnitude).min(E::SATURATED)) + one);

    // the comparison is false for NaN, which `min` may have dropped, but not the polynomial
    magnitude.simd_ge(E::SWITCH).select(far, near).copysign(x)
}

/// What the hyperbolic tangent needs to know of a format.
pub(super) trait Constants: Format + exp::Constants {
    const SWITCH: Self;
    /// From half of this on, tanh rounds to 1.
    const SATURATED: Self;
    /// (tanh(x) / x - 1) / x² as a polynomial in x², for |x| ≤ `SWITCH`, minimising the relative error of tanh.
    const TANH: &[Self];
}

#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
impl Constants for f32 {
    const SWITCH: Self = 0.75;
    const SATURATED: Self = 20.0;
    // relative error 2^-29.14
    const TANH: &[Self] = &[-0.33333316, 0.1333272, -0.053894535, 0.021457793, -0.0076658125, 0.0017417567];
}

#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
impl Constants for f64 {
    const SWITCH: Self = 0.75;
    const SATURATED: Self = 40.0;
    // relative error 2^-59.24
    const TANH: &[Self] = &[
        -0.3333333333333327,
        0.13333333333324343,
        -0.05396825396377886,
        0.02186948842393859,
        -0.008863233867006994,
        0.003592112150775159,
        -0.0014557313774334964,
        0.0005895600298503403,
        -0.00023762144315776307,
        9.3445192005589e-5,
        -3.3619446209289256e-5,
        9.493914972194387e-6,
        -1.4860880082285108e-6,
    ];
}
