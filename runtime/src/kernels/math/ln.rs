//! The natural logarithm, of x and of 1 + x.
//!
//! Both write their argument as 2ᵉ (1 + f) with 1 + f between √½ and √2, so that the result is e ln 2 + ln(1 + f).
//! With s = f / (2 + f) the second term is 2 artanh(s) = 2s + s R(s²) (Abramowitz and Stegun, Handbook of Mathematical
//! Functions, 4.1.27), an odd function of an |s| ≤ 0.172 for which few terms suffice. Since 2s = f - f s, it equals
//! f - f²/2 + s (f²/2 + R): led by f itself, so the rounding of s only reaches the small rest.

use super::{Format, horner};
use fearless_simd::{Select, Simd, SimdBase, SimdFloat, SimdFloatElement};

/// ln x. Subnormal x, which have no exponent to take out, are scaled to normal ones first.
#[inline(always)]
pub(super) fn ln<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V) -> V {
    let simd = x.token();
    let tiny = x.simd_lt(E::MIN_NORMAL);
    let Parts { e, f, .. } = split(tiny.select(x * E::RESCALE, x));
    let e = e - tiny.select(V::splat(simd, E::RESCALE_LOG2), V::splat(simd, E::ZERO));
    outside(x, E::ZERO, ln_of_parts(e, f))
}

/// ln(1 + x). The error of rounding 1 + x is known exactly (Knuth, The Art of Computer Programming, volume 2, 4.2.2,
/// theorem B) and goes back into f, which for e = 0 makes f equal to x.
#[inline(always)]
pub(super) fn ln_1p<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V) -> V {
    let one = V::splat(x.token(), E::ONE);
    let sum = one + x;
    let rounded_x = sum - one;
    let error = (one - (sum - rounded_x)) + (x - rounded_x);
    let Parts { e, f, biased } = split(sum);
    // 2⁻ᵉ, by way of 2¹⁻ᵉ, whose exponent stays within its field for every e
    let unscale = V::from_bits(V::Bits::splat(x.token(), E::INFINITY_BITS) - (biased << E::MANTISSA_BITS)) * E::HALF;
    let y = ln_of_parts(e, error.mul_add(unscale, f));
    // 0 + -0 has lost the sign
    outside(x, -E::ONE, y.copysign(x))
}

/// A positive normal number as 2ᵉ (1 + f).
struct Parts<V, B> {
    e: V,
    f: V,
    /// e + bias, as an integer.
    biased: B,
}

#[inline(always)]
fn split<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V) -> Parts<V, V::Bits> {
    let simd = x.token();
    let bits = |value| V::Bits::splat(simd, value);
    // moves √½ to 1, so that the exponent field changes at √½ instead of at 1
    let moved = x.to_bits() + bits(E::ONE_MINUS_SQRT_HALF_BITS);
    let biased = moved >> E::MANTISSA_BITS;
    let mantissa = V::from_bits((moved & bits(E::MANTISSA_MASK)) + bits(E::SQRT_HALF_BITS));
    // An integer below 2^(mantissa bits) becomes the mantissa of a float that big: a conversion without an
    // instruction that not every level has.
    let e = V::from_bits(biased | bits(E::SHIFTER_BITS)) - (E::SHIFTER + E::BIAS);
    Parts { e, f: mantissa - E::ONE, biased }
}

/// e ln 2 + ln(1 + f), adding the small terms first.
#[inline(always)]
fn ln_of_parts<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(e: V, f: V) -> V {
    let s = f / (f + E::TWO);
    let s2 = s * s;
    let half_square = f * f * E::HALF;
    let rest = s.mul_add(s2.mul_add(horner(s2, E::ARTANH), half_square), e * E::LN_2_LOW);
    // the high part of ln 2 has so few digits that its multiple is exact, fused or not
    e.mul_add(E::LN_2_HIGH, f - (half_square - rest))
}

/// Puts in what the formula does not cover: NaN below the pole, -∞ on it, and ∞ and NaN as they are.
#[inline(always)]
fn outside<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V, pole: E, y: V) -> V {
    let simd = x.token();
    let y = x.simd_lt(E::INFINITY).select(y, x);
    let y = x.simd_lt(pole).select(V::splat(simd, E::NAN), y);
    x.simd_eq(pole).select(V::splat(simd, -E::INFINITY), y)
}

/// What the logarithm needs to know of a format.
pub(super) trait Constants: Format {
    const ZERO: Self;
    const INFINITY: Self;
    const NAN: Self;
    const MIN_NORMAL: Self;
    /// A power of two that makes every subnormal number normal.
    const RESCALE: Self;
    const RESCALE_LOG2: Self;
    /// ln 2, its first digits: as many as leave room for those of an exponent in a product.
    const LN_2_HIGH: Self;
    /// ln 2, the rest.
    const LN_2_LOW: Self;
    /// 2^(mantissa bits).
    const SHIFTER: Self;
    const BIAS: Self;
    const SHIFTER_BITS: <Self as SimdFloatElement>::Bits;
    const INFINITY_BITS: <Self as SimdFloatElement>::Bits;
    const MANTISSA_MASK: <Self as SimdFloatElement>::Bits;
    const SQRT_HALF_BITS: <Self as SimdFloatElement>::Bits;
    /// The bits of 1 less those of √½.
    const ONE_MINUS_SQRT_HALF_BITS: <Self as SimdFloatElement>::Bits;
    /// (2 artanh(s) / s - 2) / s² as a polynomial in s², for |s| ≤ (√2 - 1) / (√2 + 1), minimising the relative error
    /// of artanh.
    const ARTANH: &[Self];
}

/// The constants that are the same expressions in both formats.
macro_rules! common_constants {
    ($float:ident, $bits:ident) => {
        const ZERO: Self = 0.0;
        const INFINITY: Self = $float::INFINITY;
        const NAN: Self = $float::NAN;
        const MIN_NORMAL: Self = $float::MIN_POSITIVE;
        const SHIFTER_BITS: $bits = Self::SHIFTER.to_bits();
        const INFINITY_BITS: $bits = $float::INFINITY.to_bits();
        const MANTISSA_MASK: $bits = (1 << Self::MANTISSA_BITS) - 1;
        const SQRT_HALF_BITS: $bits = core::$float::consts::FRAC_1_SQRT_2.to_bits();
        const ONE_MINUS_SQRT_HALF_BITS: $bits = Self::ONE.to_bits() - Self::SQRT_HALF_BITS;
    };
}

#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
impl Constants for f32 {
    common_constants!(f32, u32);

    const RESCALE: Self = 16_777_216.0;
    const RESCALE_LOG2: Self = 24.0;
    const LN_2_HIGH: Self = 0.693_145_75; // 15 bits
    const LN_2_LOW: Self = 1.428_606_8e-6;
    const SHIFTER: Self = 8_388_608.0;
    const BIAS: Self = 127.0;
    // relative error 2^-30.19
    const ARTANH: &[Self] = &[0.66666776, 0.3997756, 0.298719];
}

#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
impl Constants for f64 {
    common_constants!(f64, u64);

    const RESCALE: Self = 18_014_398_509_481_984.0;
    const RESCALE_LOG2: Self = 54.0;
    const LN_2_HIGH: Self = 0.693_147_180_559_208_2; // 40 bits
    const LN_2_LOW: Self = 7.371_002_565_167_799e-13;
    const SHIFTER: Self = 4_503_599_627_370_496.0;
    const BIAS: Self = 1023.0;
    // relative error 2^-59.48
    const ARTANH: &[Self] = &[
        0.6666666666666735,
        0.39999999999409114,
        0.2857142874378896,
        0.2222219841367236,
        0.18183573386735774,
        0.1531380000750353,
        0.1479863557248735,
    ];
}
