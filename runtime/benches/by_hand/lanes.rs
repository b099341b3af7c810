//! The instructions: AVX-512, and AVX2 with FMA.

#[allow(clippy::wildcard_imports, reason = "there are too many instructions to name them twice")]
use core::arch::x86_64::*;

/// Vectors of one instruction set. A value shows that the processor has it.
///
/// # Safety
/// A value may exist only where the processor has AVX2, FMA, and whatever else the methods use.
pub unsafe trait Lanes: Copy {
    /// One number of each of `COUNT` samples.
    type Vector: Copy;
    /// How many samples fill a vector.
    const COUNT: usize;

    /// Compiles `work` for these instructions.
    fn vectorize<R>(self, work: impl FnOnce(Self) -> R) -> R;
    /// `x` in every lane.
    fn splat(self, x: f32) -> Self::Vector;
    /// The first numbers of `from`.
    fn load(self, from: &[f32]) -> Self::Vector;
    /// `a + b`
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a - b`
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b`
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a / b`
    fn div(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`
    fn fma(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// The larger of both.
    fn max(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `x` where `test` is above 0, else 0.
    fn where_positive(self, test: Self::Vector, x: Self::Vector) -> Self::Vector;
    /// `yes` where `test` is below 0, else `no`.
    fn where_negative(self, test: Self::Vector, yes: Self::Vector, no: Self::Vector) -> Self::Vector;
    /// In how many lanes the sign bits differ.
    fn signs_differ(self, a: Self::Vector, b: Self::Vector) -> u32;
    /// `-|x|`
    fn negative(self, x: Self::Vector) -> Self::Vector;
    /// `2^n * x`, where the last bits of `n` are an integer.
    fn scale(self, x: Self::Vector, n: Self::Vector) -> Self::Vector;
    /// Takes a positive number apart: adds its biased exponent to `exponents`, and leaves its mantissa, from 1 to 2.
    fn split(self, x: Self::Vector, exponents: &mut [i32; 16]) -> Self::Vector;
    /// Transposes the squares that the four vectors make of each four neighbouring lanes.
    fn transpose(self, rows: [Self::Vector; 4]) -> [Self::Vector; 4];
    /// The lanes; `fill` where there are less than 16.
    fn to_array(self, x: Self::Vector, fill: f32) -> [f32; 16];
    /// Adds the upper half to the lower until eight lanes are left.
    fn fold(self, x: Self::Vector) -> __m256;

    /// The sum over the lanes of each of eight vectors.
    #[inline(always)]
    fn sums(self, x: [Self::Vector; 8]) -> __m256 {
        let [a, b, c, d, e, f, g, h] = x.map(
            #[inline(always)]
            |x| self.fold(x),
        );
        // SAFETY: by the contract of the trait the processor has AVX2.
        unsafe {
            let [ab, cd] = [sum_pair(a, b), sum_pair(c, d)];
            let [ef, gh] = [sum_pair(e, f), sum_pair(g, h)];
            let [low, high] = [sum_pairs(ab, cd), sum_pairs(ef, gh)];
            _mm256_add_ps(_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high))
        }
    }

    /// `velocity = momentum * velocity - rate * gradient; weight += velocity`
    #[inline(always)]
    fn descend(self, weights: &mut [f32; 8], velocity: &mut __m256, gradient: __m256, momentum: f32, rate: f32) {
        // SAFETY: by the contract of the trait the processor has AVX2 and FMA; the array is as long as a vector.
        unsafe {
            let step = _mm256_mul_ps(gradient, _mm256_set1_ps(-rate));
            *velocity = _mm256_fmadd_ps(*velocity, _mm256_set1_ps(momentum), step);
            let moved = _mm256_add_ps(_mm256_loadu_ps(weights.as_ptr()), *velocity);
            _mm256_storeu_ps(weights.as_mut_ptr(), moved);
        }
    }
}

/// In each half: two sums of two lanes of `a` and `b`, in turns.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn sum_pair(a: __m256, b: __m256) -> __m256 {
    _mm256_add_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b))
}

/// In each half: the sum of `a`, `b`, `c` and `d` of which [`sum_pair`] has made `ab` and `cd`.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn sum_pairs(ab: __m256, cd: __m256) -> __m256 {
    _mm256_add_ps(_mm256_shuffle_ps::<0b01_00_01_00>(ab, cd), _mm256_shuffle_ps::<0b11_10_11_10>(ab, cd))
}

/// What is the same for both instruction sets but for the names.
macro_rules! same {
    (
        $vector:ident, $count:literal, $features:literal,
        splat: $splat:ident, load: $load:ident, store: $store:ident, fma: $fma:ident,
        transpose: $low:ident, $high:ident, $shuffle:ident;
        $($name:ident: $two:ident),*
    ) => {
        type Vector = $vector;
        const COUNT: usize = $count;

        #[inline(always)]
        fn vectorize<R>(self, work: impl FnOnce(Self) -> R) -> R {
            #[target_feature(enable = $features)]
            fn inner<L: Lanes, R>(lanes: L, work: impl FnOnce(L) -> R) -> R {
                work(lanes)
            }
            // SAFETY: `self` shows that the processor has the features.
            unsafe { inner(self, work) }
        }

        #[inline(always)]
        fn splat(self, x: f32) -> $vector {
            // SAFETY: `self` shows that the processor has the instruction.
            unsafe { $splat(x) }
        }

        #[inline(always)]
        fn load(self, from: &[f32]) -> $vector {
            let from = &from[..$count];
            // SAFETY: the slice is as long as the vector; `self` shows that the processor has the instruction.
            unsafe { $load(from.as_ptr()) }
        }

        #[inline(always)]
        fn to_array(self, x: $vector, fill: f32) -> [f32; 16] {
            let mut array = [fill; 16];
            // SAFETY: the array is not shorter than the vector; `self` shows that the processor has the instruction.
            unsafe { $store(array.as_mut_ptr(), x) };
            array
        }

        #[inline(always)]
        fn fma(self, a: $vector, b: $vector, c: $vector) -> $vector {
            // SAFETY: `self` shows that the processor has the instruction.
            unsafe { $fma(a, b, c) }
        }

        #[inline(always)]
        fn transpose(self, [a, b, c, d]: [$vector; 4]) -> [$vector; 4] {
            // SAFETY: `self` shows that the processor has the instructions.
            unsafe {
                let (ab, ab2, cd, cd2) = ($low(a, b), $high(a, b), $low(c, d), $high(c, d));
                [
                    $shuffle::<0b01_00_01_00>(ab, cd),
                    $shuffle::<0b11_10_11_10>(ab, cd),
                    $shuffle::<0b01_00_01_00>(ab2, cd2),
                    $shuffle::<0b11_10_11_10>(ab2, cd2),
                ]
            }
        }

        $(
            #[inline(always)]
            fn $name(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` shows that the processor has the instruction.
                unsafe { $two(a, b) }
            }
        )*
    };
}

/// 16 samples a vector.
#[derive(Clone, Copy, Debug)]
pub struct Avx512(());

impl Avx512 {
    /// If this processor can.
    pub fn detect() -> Option<Self> {
        let detected = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq");
        (detected && Avx2::detect().is_some()).then_some(Self(()))
    }
}

// SAFETY: only `detect` makes a value.
unsafe impl Lanes for Avx512 {
    same! {
        __m512, 16, "avx2,fma,avx512f,avx512dq",
        splat: _mm512_set1_ps, load: _mm512_loadu_ps, store: _mm512_storeu_ps, fma: _mm512_fmadd_ps,
        transpose: _mm512_unpacklo_ps, _mm512_unpackhi_ps, _mm512_shuffle_ps;
        add: _mm512_add_ps, sub: _mm512_sub_ps, mul: _mm512_mul_ps, div: _mm512_div_ps, max: _mm512_max_ps
    }

    #[inline(always)]
    fn where_positive(self, test: __m512, x: __m512) -> __m512 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(test, _mm512_setzero_ps()), x) }
    }

    #[inline(always)]
    fn where_negative(self, test: __m512, yes: __m512, no: __m512) -> __m512 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(test)), no, yes) }
    }

    #[inline(always)]
    fn signs_differ(self, a: __m512, b: __m512) -> u32 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { _mm512_movepi32_mask(_mm512_castps_si512(_mm512_xor_ps(a, b))).count_ones() }
    }

    #[inline(always)]
    fn negative(self, x: __m512) -> __m512 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { _mm512_or_ps(x, _mm512_set1_ps(-0.0)) }
    }

    #[inline(always)]
    fn scale(self, x: __m512, n: __m512) -> __m512 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe {
            let n = _mm512_slli_epi32::<23>(_mm512_castps_si512(n));
            _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(x), n))
        }
    }

    #[inline(always)]
    fn split(self, x: __m512, exponents: &mut [i32; 16]) -> __m512 {
        // SAFETY: the array is as long as the vector; `self` shows that the processor has the instructions.
        unsafe {
            let sum = _mm512_loadu_si512(exponents.as_ptr().cast());
            let sum = _mm512_add_epi32(sum, _mm512_srli_epi32::<23>(_mm512_castps_si512(x)));
            _mm512_storeu_si512(exponents.as_mut_ptr().cast(), sum);
            let mantissa = _mm512_and_ps(x, _mm512_castsi512_ps(_mm512_set1_epi32(MANTISSA)));
            _mm512_or_ps(mantissa, _mm512_set1_ps(1.0))
        }
    }

    #[inline(always)]
    fn fold(self, x: __m512) -> __m256 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps::<1>(x)) }
    }
}

/// 8 samples a vector.
#[derive(Clone, Copy, Debug)]
pub struct Avx2(());

impl Avx2 {
    /// If this processor can.
    pub fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }
}

// SAFETY: only `detect` makes a value.
unsafe impl Lanes for Avx2 {
    same! {
        __m256, 8, "avx2,fma",
        splat: _mm256_set1_ps, load: _mm256_loadu_ps, store: _mm256_storeu_ps, fma: _mm256_fmadd_ps,
        transpose: _mm256_unpacklo_ps, _mm256_unpackhi_ps, _mm256_shuffle_ps;
        add: _mm256_add_ps, sub: _mm256_sub_ps, mul: _mm256_mul_ps, div: _mm256_div_ps, max: _mm256_max_ps
    }

    #[inline(always)]
    fn where_positive(self, test: __m256, x: __m256) -> __m256 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { _mm256_and_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(test, _mm256_setzero_ps()), x) }
    }

    #[inline(always)]
    fn where_negative(self, test: __m256, yes: __m256, no: __m256) -> __m256 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { _mm256_blendv_ps(no, yes, test) }
    }

    #[inline(always)]
    #[allow(clippy::cast_sign_loss, reason = "bits")]
    fn signs_differ(self, a: __m256, b: __m256) -> u32 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { (_mm256_movemask_ps(_mm256_xor_ps(a, b)) as u32).count_ones() }
    }

    #[inline(always)]
    fn negative(self, x: __m256) -> __m256 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe { _mm256_or_ps(x, _mm256_set1_ps(-0.0)) }
    }

    #[inline(always)]
    fn scale(self, x: __m256, n: __m256) -> __m256 {
        // SAFETY: `self` shows that the processor has the instructions.
        unsafe {
            let n = _mm256_slli_epi32::<23>(_mm256_castps_si256(n));
            _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x), n))
        }
    }

    #[inline(always)]
    fn split(self, x: __m256, exponents: &mut [i32; 16]) -> __m256 {
        // SAFETY: the array is longer than the vector; `self` shows that the processor has the instructions.
        unsafe {
            let sum = _mm256_loadu_si256(exponents.as_ptr().cast());
            let sum = _mm256_add_epi32(sum, _mm256_srli_epi32::<23>(_mm256_castps_si256(x)));
            _mm256_storeu_si256(exponents.as_mut_ptr().cast(), sum);
            let mantissa = _mm256_and_ps(x, _mm256_castsi256_ps(_mm256_set1_epi32(MANTISSA)));
            _mm256_or_ps(mantissa, _mm256_set1_ps(1.0))
        }
    }

    #[inline(always)]
    fn fold(self, x: __m256) -> __m256 {
        x
    }
}

/// The bits of a float that are its mantissa.
const MANTISSA: i32 = (1 << 23) - 1;
