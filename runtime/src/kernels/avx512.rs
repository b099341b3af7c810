//! What AVX-512 does in instructions that the vectors of all instruction sets together do not offer: it moves numbers within
//! quarters of a vector, or whole quarters, in half of the time in which it moves any number to any place.

use core::arch::x86_64::{
    __m512, __m512d, _mm512_setzero_pd, _mm512_setzero_ps, _mm512_shuffle_f32x4, _mm512_shuffle_f64x2,
    _mm512_shuffle_ps, _mm512_unpackhi_pd, _mm512_unpackhi_ps, _mm512_unpacklo_pd, _mm512_unpacklo_ps,
};

use fearless_simd::{SimdBase as _, SimdInto as _, f32x16, f64x8, kernel};

// Small squares as wide as a quarter are transposed first, four in each group of columns; then they change places.
//
// Loops and no closures: a closure would be compiled without these instructions.

kernel! {
    /// Transposes a square.
    #[inline(always)]
    pub(super) fn transpose_f32(simd: Avx512, square: &mut [[f32; 16]; 16]) {
        let mut groups = [[_mm512_setzero_ps(); 4]; 4];
        for (group, [a, b, c, d]) in groups.iter_mut().zip(square.as_chunks().0) {
            let (a, b): (__m512, __m512) = (f32x16::load_array_ref(simd, a).into(), f32x16::load_array_ref(simd, b).into());
            let (c, d): (__m512, __m512) = (f32x16::load_array_ref(simd, c).into(), f32x16::load_array_ref(simd, d).into());
            let (low, high) = (_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
            let (other_low, other_high) = (_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
            *group = [
                _mm512_shuffle_ps::<0x44>(low, other_low),
                _mm512_shuffle_ps::<0xee>(low, other_low),
                _mm512_shuffle_ps::<0x44>(high, other_high),
                _mm512_shuffle_ps::<0xee>(high, other_high),
            ];
        }
        let [a, b, c, d] = groups;
        for k in 0..4 {
            let (low, other_low) = (_mm512_shuffle_f32x4::<0x44>(a[k], b[k]), _mm512_shuffle_f32x4::<0x44>(c[k], d[k]));
            let (high, other_high) = (_mm512_shuffle_f32x4::<0xee>(a[k], b[k]), _mm512_shuffle_f32x4::<0xee>(c[k], d[k]));
            let rows = [
                _mm512_shuffle_f32x4::<0x88>(low, other_low),
                _mm512_shuffle_f32x4::<0xdd>(low, other_low),
                _mm512_shuffle_f32x4::<0x88>(high, other_high),
                _mm512_shuffle_f32x4::<0xdd>(high, other_high),
            ];
            for (place, row) in rows.into_iter().enumerate() {
                let row: f32x16<_> = row.simd_into(simd);
                row.store_array(&mut square[4 * place + k]);
            }
        }
    }
}

kernel! {
    /// Transposes a square.
    #[inline(always)]
    pub(super) fn transpose_f64(simd: Avx512, square: &mut [[f64; 8]; 8]) {
        let mut groups = [[_mm512_setzero_pd(); 2]; 4];
        for (group, [a, b]) in groups.iter_mut().zip(square.as_chunks().0) {
            let (a, b): (__m512d, __m512d) = (f64x8::load_array_ref(simd, a).into(), f64x8::load_array_ref(simd, b).into());
            *group = [_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b)];
        }
        let [a, b, c, d] = groups;
        for k in 0..2 {
            let (low, other_low) = (_mm512_shuffle_f64x2::<0x44>(a[k], b[k]), _mm512_shuffle_f64x2::<0x44>(c[k], d[k]));
            let (high, other_high) = (_mm512_shuffle_f64x2::<0xee>(a[k], b[k]), _mm512_shuffle_f64x2::<0xee>(c[k], d[k]));
            let rows = [
                _mm512_shuffle_f64x2::<0x88>(low, other_low),
                _mm512_shuffle_f64x2::<0xdd>(low, other_low),
                _mm512_shuffle_f64x2::<0x88>(high, other_high),
                _mm512_shuffle_f64x2::<0xdd>(high, other_high),
            ];
            for (place, row) in rows.into_iter().enumerate() {
                let row: f64x8<_> = row.simd_into(simd);
                row.store_array(&mut square[2 * place + k]);
            }
        }
    }
}
