//! The hyperbolic tangent.

#[cfg(target_arch = "x86_64")]
use super::tanh_in_pieces;
use super::{Format, halves, horner};
use fearless_simd::{Select, Simd, SimdFloat};
#[cfg(target_arch = "x86_64")]
use fearless_simd::{SimdBase, f32x16};

/// tanh x. From `SWITCH` on it is 1 - 2 / (e²ˣ + 1), which only subtracts the small difference from 1; before, where
/// that would cancel, it is a polynomial. Both are evaluated for |x|, which makes the function exactly odd.
///
/// A prediction waits for its result, so that the longest chain counts as much as the number of operations: e²ˣ is
/// 2ⁿ e²ˢ with x = n ½ ln 2 + s and |s| ≤ ¼ ln 2. Here n is between 0 and 58, so that 2ⁿ is one number; and an error of e²ˣ
/// shrinks to a third or less on the way to tanh, so that one step reduces the argument.
///
/// Where a processor looks up sixteen numbers at once, there is another way (`tanh_in_pieces.rs`).
#[inline(always)]
pub(super) fn tanh<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V) -> V {
    if let Some(y) = E::tanh_in_pieces(x) {
        return y;
    }
    let simd = x.token();
    let one = V::splat(simd, E::ONE);
    let magnitude = x.abs();

    let square = magnitude * magnitude;
    let near = (magnitude * square).mul_add(horner(square, E::TANH), magnitude);

    let limited = magnitude.min(E::SATURATED);
    // the sum's last bits are n, plus the bias, for that is what an exponent field holds
    let shifted = limited.mul_add(E::TWO_OVER_LN_2, E::SHIFTER);
    let s = (shifted - E::SHIFTER).mul_add(-E::HALF_LN_2, limited);
    let power = V::from_bits(shifted.to_bits() << E::MANTISSA_BITS);
    // 2ⁿ (1 + q s) + 1, of which only the last sum rounds
    let sum = (power * s).mul_add(halves(s, E::EXP_TWICE_M1), power + one);
    let far = one - V::splat(simd, E::TWO) / sum;

    // the comparison is false for NaN, which `min` may have dropped, but not the polynomial
    magnitude.simd_ge(E::SWITCH).select(far, near).copysign(x)
}

/// What the hyperbolic tangent needs to know of a format.
pub(super) trait Constants: Format {
    const SWITCH: Self;
    /// From here on, tanh rounds to 1.
    const SATURATED: Self;
    const TWO_OVER_LN_2: Self;
    const HALF_LN_2: Self;
    /// 1.5 · 2^(mantissa bits) + bias.
    const SHIFTER: Self;
    /// q = (e²ˢ - 1) / s for |s| ≤ ¼ ln 2.
    const EXP_TWICE_M1: &[Self];
    /// (tanh(x) / x - 1) / x² as a polynomial in x², for |x| ≤ `SWITCH`, minimising the relative error of tanh.
    const TANH: &[Self];

    /// tanh x by a faster way, where there is one.
    #[inline(always)]
    fn tanh_in_pieces<S: Simd, V: SimdFloat<S, Element = Self>>(_: V) -> Option<V> {
        None
    }
}

#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
impl Constants for f32 {
    const SWITCH: Self = 0.75;
    const SATURATED: Self = 10.0;
    const TWO_OVER_LN_2: Self = 2.885_39;
    const HALF_LN_2: Self = 0.346_573_6;
    const SHIFTER: Self = 12_582_912.0 + 127.0;
    // relative error 2^-27.68
    const EXP_TWICE_M1: &[Self] = &[2.0, 2.0, 1.3333185, 0.6666481, 0.26793906, 0.08984711];
    // relative error 2^-29.14
    const TANH: &[Self] = &[-0.33333316, 0.1333272, -0.053894535, 0.021457793, -0.0076658125, 0.0017417567];

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn tanh_in_pieces<S: Simd, V: SimdFloat<S, Element = Self>>(x: V) -> Option<V> {
        if const { V::LEN == 16 && <S::f32s as SimdBase<S>>::LEN == 16 } {
            let simd = x.token().level().as_avx512()?;
            let y = tanh_in_pieces::tanh(simd, f32x16::from_slice(simd, x.as_slice()));
            return Some(V::from_slice(x.token(), y.as_slice()));
        }
        None
    }
}

#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
impl Constants for f64 {
    const SWITCH: Self = 0.75;
    const SATURATED: Self = 20.0;
    const TWO_OVER_LN_2: Self = 2.885_390_081_777_926_8;
    const HALF_LN_2: Self = 0.346_573_590_279_972_64;
    const SHIFTER: Self = 6_755_399_441_055_744.0 + 1023.0;
    // relative error 2^-55.47
    const EXP_TWICE_M1: &[Self] = &[
        2.0,
        2.0000000000000004,
        1.3333333333333335,
        0.6666666666659302,
        0.26666666666655336,
        0.08888888908121068,
        0.025396825426407057,
        0.006349188772197374,
        0.0014109320406329499,
        0.00028284250797202355,
        5.1407558509261494e-5,
    ];
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
