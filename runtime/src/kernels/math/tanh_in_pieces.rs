//! The hyperbolic tangent of sixteen `f32` where one instruction looks up sixteen numbers of a table of sixteen.

use core::arch::x86_64::{_mm512_min_ps, _mm512_permutexvar_ps, _mm512_set1_ps};

use fearless_simd::x86::Avx512;
use fearless_simd::{SimdBase as _, SimdFloat as _, SimdInto as _, f32x16, kernel};

/// Where the pieces begin: each is a quarter of the numbers between two powers of two, less this. The first is from 0 to 1/8, the
/// last, from 7.375 on, reaches further than 1 is away.
const BEFORE: f32 = 0.625;

/// Two bits of the mantissa, the exponent and the sign.
const PIECE: u32 = 0xffe0_0000;

/// How many bits are below these.
const BITS: u32 = 21;

/// From here on, tanh rounds to 1, and so does the last piece.
const SATURATED: f32 = 9.1;

kernel! {
    /// tanh x, with |x| in one of sixteen pieces, each a polynomial of its own: two thirds of the instructions that the formulas
    /// for all take, without a division, and a shorter chain.
    #[inline(always)]
    pub(super) fn tanh(simd: Avx512, x: f32x16<Avx512>) -> f32x16<Avx512> {
        // gives the second where it is not a number
        let magnitude: f32x16<_> = _mm512_min_ps(_mm512_set1_ps(SATURATED), x.abs().into()).simd_into(simd);
        let bits = (magnitude + BEFORE).to_bits();
        // from where the piece begins
        let t = magnitude - (f32x16::from_bits(bits & PIECE) - BEFORE);
        // only the lowest four bits count
        let piece = bits >> BITS;
        let mut y = f32x16::splat(simd, 0.0);
        for (power, table) in COEFFICIENTS.0.iter().enumerate().rev() {
            let table = f32x16::load_array_ref(simd, table);
            let of_piece: f32x16<_> = _mm512_permutexvar_ps(piece.into(), table.into()).simd_into(simd);
            y = if power + 1 == COEFFICIENTS.0.len() { of_piece } else { y.mul_add(t, of_piece) };
        }
        y.copysign(x)
    }
}

/// Each on a line of the cache.
#[repr(align(64))]
struct Tables([[f32; 16]; 7]);

/// Of each power of t those of the pieces, from the one that begins at 2 - `BEFORE` to that at 8 - `BEFORE`, then the first to
/// that at 1.75 - `BEFORE`: as the bits count. Of the first piece 0 and 1 are exact. Fits at Chebyshev nodes, whose errors are
/// below 0.13 ULPs, but for where a piece begins: there it is the rounding of the first coefficient.
#[rustfmt::skip]
#[allow(clippy::unreadable_literal, reason = "tables of coefficients")]
static COEFFICIENTS: Tables = Tables([
    [
        0.8798267, 0.95404524, 0.982845, 0.9936546, 0.997661, 0.99968314, 0.9999571, 0.9999942,
        0.9999992, 0.0, 0.124353, 0.24491866, 0.3583574, 0.5545997, 0.7039056, 0.8093011,
    ],
    [
        0.225904, 0.08979904, 0.0340168, 0.0126518905, 0.004671951, 6.3322e-4, 8.6486616e-5, 1.0965435e-5,
        1.3962372e-6, 1.0, 0.98453695, 0.94001555, 0.87157977, 0.6924213, 0.5045193, 0.34503087,
    ],
    [
        -0.1987512, -0.08569458, -0.033450224, -0.012592728, -0.004654381, -6.2971597e-4, -9.1398266e-5, -6.452773e-6,
        -7.527305e-7, -4.021738e-8, -0.12246949, -0.23027281, -0.31232792, -0.38408244, -0.35520795, -0.27920604,
    ],
    [
        0.0996309, 0.051976733, 0.021641323, 0.008425674, 0.003055788, 4.0743453e-4, 7.621271e-5, -9.973187e-6,
        -6.0327864e-7, -0.3333288, -0.31186846, -0.2556921, -0.17877527, -0.016960403, 0.08283568, 0.110590845,
    ],
    [
        -0.02214906, -0.021534031, -0.010395819, -0.0045239786, -0.0014321229, -1.8095082e-4, -5.9560873e-5, 2.5752632e-5,
        1.1160924e-6, -1.6590583e-4, 0.06516084, 0.12281239, 0.16983369, 0.13261342, 0.054042615, 0.005732706,
    ],
    [
        -0.0060729375, 0.006032448, 0.0039955974, 0.002271078, 4.5395188e-4, 5.034318e-5, 3.4855995e-5, -2.2333676e-5,
        -6.0278575e-7, 0.13600181, 0.21069755, 0.18071887, 0.009931612, -0.041721996, -0.03802867, -0.039306212,
    ],
    [
        0.0047725555, -0.0010119263, -0.0010565503, -8.2088483e-4, -7.305543e-5, -6.361828e-6, -9.487471e-6, 7.0394076e-6,
        1.13985074e-7, -0.019579558, -0.2856193, -0.33889422, -0.048628196, -0.026819875, -0.008651009, 0.02576578,
    ],
]);
