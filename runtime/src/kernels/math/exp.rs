//! The exponential function and its difference from 1.
//!
//! Both reduce the argument to x = 2m ln 2 + r with an integer m and |r| ≤ ln 2, so that eˣ = 2ᵐ · 2ᵐ · eʳ. Halving
//! the exponent costs one more term of the polynomial than the usual |r| ≤ ½ ln 2, and buys the whole range: 2ᵐ is a
//! normal number for every x, and multiplying by it twice lets eˣ overflow to ∞ or round once to a subnormal number.

use super::{Format, horner};
use fearless_simd::{Simd, SimdBase, SimdFloat, SimdFloatElement};

/// eˣ in 16 instructions for `f32` (22 for `f64`): clamp 2, reduction 4, polynomial 7 (13), 2ᵐ 1, scaling 2.
#[inline(always)]
pub(super) fn exp<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V) -> V {
    exp_in_range(x.clamp(E::LOWEST, E::HIGHEST))
}

/// eˣ for x between `LOWEST` and `HIGHEST`: the callers that know their range spare the clamp.
#[inline(always)]
pub(super) fn exp_in_range<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V) -> V {
    let Reduced { r, power } = reduce(x);
    let scale = V::from_bits(power);
    // from left to right: the first product is normal, only the second may overflow or underflow
    horner(r, E::EXP) * scale * scale
}

/// eˣ - 1 as 2ᵐ (2ᵐ q + (2ᵐ - 2⁻ᵐ)) with q = eʳ - 1: the difference of powers is exact wherever it matters, and q
/// carries the relative accuracy for m = 0, where the rest vanishes.
#[inline(always)]
pub(super) fn exp_m1<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V) -> V {
    let Reduced { r, power } = reduce(x.clamp(E::LOWEST, E::HIGHEST));
    let q = (r * r).mul_add(horner(r, E::EXP_M1), r);
    let scale = V::from_bits(power);
    // exponents of 2ᵐ and 2⁻ᵐ add up to two biases
    let inverse = V::from_bits(V::Bits::splat(x.token(), E::TWO_BIASES) - power);
    let y = scale.mul_add(q, scale - inverse) * scale;
    // q + 0 turns -0 into +0
    y.copysign(x)
}

/// x = 2m ln 2 + r, with |r| ≤ ln 2.
struct Reduced<V, B> {
    r: V,
    /// The bits of the float 2ᵐ.
    power: B,
}

/// Cody and Waite's reduction in two steps (Software Manual for the Elementary Functions, 1980, chapter 6).
#[inline(always)]
fn reduce<S: Simd, E: Constants, V: SimdFloat<S, Element = E>>(x: V) -> Reduced<V, V::Bits> {
    // Adding 1.5 · 2^(mantissa bits) pushes the fraction out of the mantissa: the sum's last bits are the integer
    // nearest to x / (2 ln 2), plus the bias, for that is what an exponent field holds.
    let shifted = x.mul_add(E::INVERSE_TWO_LN_2, E::SHIFTER);
    let m = shifted - E::SHIFTER;
    // the high part has so few digits that its multiple is exact, fused or not
    let r = m.mul_add(-E::TWO_LN_2_HIGH, x);
    let r = m.mul_add(-E::TWO_LN_2_LOW, r);
    // the shift drops all but the biased integer, which lands in the exponent
    Reduced { r, power: shifted.to_bits() << E::MANTISSA_BITS }
}

/// What the exponential needs to know of a format.
pub(super) trait Constants: Format {
    /// Here and below eˣ rounds to 0, and eˣ - 1 to -1.
    const LOWEST: Self;
    /// Here and above eˣ overflows.
    const HIGHEST: Self;
    const INVERSE_TWO_LN_2: Self;
    /// 2 ln 2, its first digits: as many as leave room for those of m in a product.
    const TWO_LN_2_HIGH: Self;
    /// 2 ln 2, the rest.
    const TWO_LN_2_LOW: Self;
    /// 1.5 · 2^(mantissa bits) + bias.
    const SHIFTER: Self;
    const TWO_BIASES: <Self as SimdFloatElement>::Bits;
    /// eʳ for |r| ≤ ln 2; 1 and r are exact.
    const EXP: &[Self];
    /// (eʳ - 1 - r) / r² for |r| ≤ ln 2, minimising the relative error of eʳ - 1.
    const EXP_M1: &[Self];
}

#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
impl Constants for f32 {
    const LOWEST: Self = -104.0;
    const HIGHEST: Self = 89.0;
    const INVERSE_TWO_LN_2: Self = 0.721_347_5;
    const TWO_LN_2_HIGH: Self = 1.386_291_5; // 15 bits
    const TWO_LN_2_LOW: Self = 2.857_213_5e-6;
    const SHIFTER: Self = 12_582_912.0 + 127.0;
    const TWO_BIASES: u32 = (2 * 127) << Self::MANTISSA_BITS;
    // The fit weighs each r by what rounding leaves of a total of 1.4 ULPs there: the polynomial is off by 0.30 ULPs
    // where r and the sums have small errors, but by less than 0.05 from 0.6 on, where they have the largest.
    // Minimising the relative error instead would bring the total to 1.55.
    const EXP: &[Self] = &[1.0, 1.0, 0.5000007, 0.16666695, 0.041658953, 0.008331182, 0.0014137671, 0.00020301231];
    // relative error 2^-29.35
    const EXP_M1: &[Self] = &[0.5, 0.16666672, 0.041666646, 0.00833266, 0.0013889731, 0.00020091384, 2.4843877e-5];
}

#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
impl Constants for f64 {
    const LOWEST: Self = -746.0;
    const HIGHEST: Self = 710.0;
    const INVERSE_TWO_LN_2: Self = 0.721_347_520_444_481_7;
    const TWO_LN_2_HIGH: Self = 1.386_294_361_118_416_4; // 40 bits
    const TWO_LN_2_LOW: Self = 1.474_200_513_033_559_8e-12;
    const SHIFTER: Self = 6_755_399_441_055_744.0 + 1023.0;
    const TWO_BIASES: u64 = (2 * 1023) << Self::MANTISSA_BITS;
    // relative error 2^-56.47
    const EXP: &[Self] = &[
        1.0,
        1.0,
        0.4999999999999993,
        0.16666666666666938,
        0.04166666666670215,
        0.008333333333269707,
        0.001388888888356856,
        0.0001984126989293265,
        2.4801590834412792e-5,
        2.7557300600111088e-6,
        2.7556157029533995e-7,
        2.5055041088096795e-8,
        2.106241420814957e-9,
        1.5935159056834212e-10,
    ];
    // relative error 2^-60.44
    const EXP_M1: &[Self] = &[
        0.5,
        0.1666666666666666,
        0.041666666666666755,
        0.008333333333336171,
        0.0013888888888869226,
        0.00019841269837280172,
        2.4801587316710604e-5,
        2.755732176172105e-6,
        2.7557314204527967e-7,
        2.5051299346903343e-8,
        2.087740654470193e-9,
        1.6185199470787642e-10,
        1.147307843157306e-11,
    ];
}
