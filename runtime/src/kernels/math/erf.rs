//! The error function.

use super::exp::{self, exp_in_range};
use super::{Format, horner};
use fearless_simd::{Select, Simd, SimdFloat};

/// erf x. Up to 1 it is x plus x times a polynomial in x², for the series of erf converges everywhere (Abramowitz and
/// Stegun, Handbook of Mathematical Functions, 7.1.5). Beyond, it is 1 - erfc(x) = 1 - exp(ln erfc(x)): erfc falls like
/// exp(-x²), so its logarithm is almost a parabola, which one polynomial follows until erf rounds to 1. Both are
/// evaluated for |x|, which makes the function exactly odd.
#[inline(always)]
pub(super) fn erf<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V) -> V {
    let one = V::splat(x.token(), E::ONE);
    let magnitude = x.abs();

    let near = magnitude.mul_add(horner(magnitude * magnitude, E::ERF), magnitude);

    // counted from 1, where the accuracy is needed most; the difference is exact
    let beyond_one = magnitude.min(E::SATURATED) - E::ONE;
    let far = one - exp_in_range(horner(beyond_one, E::LN_ERFC));

    // the comparison is false for NaN, which `min` may have dropped, but not the polynomial
    magnitude.simd_ge(E::ONE).select(far, near).copysign(x)
}

/// What the error function needs to know of a format.
pub(super) trait Constants: Format + exp::Constants {
    /// From here on, erf rounds to 1.
    const SATURATED: Self;
    /// erf(x) / x - 1 as a polynomial in x², for |x| ≤ 1, minimising the relative error of erf.
    const ERF: &[Self];
    /// ln erfc(x) as a polynomial in x - 1, for 1 ≤ x ≤ `SATURATED`, minimising the relative error of erf.
    const LN_ERFC: &[Self];
}

#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
impl Constants for f32 {
    const SATURATED: Self = 4.0;
    // relative error 2^-29.39
    const ERF: &[Self] = &[0.12837917, -0.37612626, 0.11283579, -0.026853347, 0.005187162, -0.0007997853, 7.806904e-5];
    // relative error 2^-26.66, nearly all of it from rounding the first coefficient
    const LN_ERFC: &[Self] =
        &[-1.8496056, -2.6389627, -0.8431724, -0.041264877, 0.009467231, -0.0015037133, 0.000100476405];
}

#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
impl Constants for f64 {
    const SATURATED: Self = 6.0;
    // relative error 2^-56.03, nearly all of it from rounding the first coefficient
    const ERF: &[Self] = &[
        0.12837916709551256,
        -0.37612638903183343,
        0.11283791670936871,
        -0.026866170641932634,
        0.005223977596398585,
        -0.0008548325462863664,
        0.00012055279651077871,
        -1.4924445804200252e-5,
        1.6443860996341106e-6,
        -1.6181428748002488e-7,
        1.3604127844370127e-8,
        -7.581591226150246e-10,
    ];
    // relative error 2^-56.94
    const LN_ERFC: &[Self] = &[
        -1.8496055099332482,
        -2.6389675142347837,
        -0.8431072563591069,
        -0.04156109803021412,
        0.010033825225817089,
        -0.0019779014748290743,
        0.00023731737729588019,
        2.6293967833789393e-5,
        -2.7194780852044836e-5,
        9.665980554380178e-6,
        -2.1268482919088804e-6,
        2.0127869341112722e-7,
        5.980638244545264e-8,
        -3.4048756504316526e-8,
        8.687415461180973e-9,
        -1.3477707572689644e-9,
        1.2222086124166132e-10,
        -4.996225815136522e-12,
    ];
}
