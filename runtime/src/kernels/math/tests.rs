//! Every function at every level this machine has, against scalar references: errors in ULPs, special values, oddness.

extern crate std;

use super::Elementary;
use fearless_simd::{Simd, SimdFloat, f32x4, f32x16, f64x2, f64x8};
use std::f64::consts::{FRAC_1_SQRT_2, LN_2, SQRT_2};
use std::vec::Vec;

/// A function under test, for it cannot be passed on while its vector type is open.
trait Function<E: Elementary> {
    fn of<S: Simd, V: SimdFloat<S, Element = E>>(x: V) -> V;
}

macro_rules! functions {
    ($($name:ident = $function:ident),+) => {
        $(
            struct $name;

            impl<E: Elementary> Function<E> for $name {
                #[inline(always)]
                fn of<S: Simd, V: SimdFloat<S, Element = E>>(x: V) -> V {
                    E::$function(x)
                }
            }
        )+
    };
}

functions!(Exp = exp, ExpM1 = exp_m1, Ln = ln, Ln1p = ln_1p, Tanh = tanh, Erf = erf);

/// The function's values at the inputs, whose number is a multiple of the vector's length.
fn values<F: Function<E>, E: Elementary, S: Simd, V: SimdFloat<S, Element = E>>(simd: S, inputs: &[E]) -> Vec<E> {
    let mut values = inputs.to_vec();
    simd.vectorize(
        #[inline(always)]
        || {
            for chunk in values.chunks_exact_mut(V::LEN) {
                F::of(V::from_slice(simd, chunk)).store_slice(chunk);
            }
        },
    );
    values
}

/// Evaluates the body with a token of each level in turn, and with whether that level fuses multiply-adds.
macro_rules! at_every_level {
    ($simd:ident, $fused:ident => $body:block) => {
        let level = crate::kernels::level();
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        {
            if let Some($simd) = level.as_sse2() {
                let $fused = false;
                $body
            }
            if let Some($simd) = level.as_avx2() {
                let $fused = true;
                $body
            }
            if let Some($simd) = level.as_avx512() {
                let $fused = true;
                $body
            }
        }
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        fearless_simd::dispatch!(level, $simd => {
            let $fused = cfg!(target_arch = "aarch64");
            $body
        });
    };
}

/// |computed - exact| in ULPs of an `f32` at `exact`. Infinities count as the next power of two.
fn error_of_f32(computed: f32, exact: f64) -> f64 {
    if computed.is_nan() || exact.is_nan() {
        return if computed.is_nan() && exact.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let infinity = 128_f64.exp2();
    let exact = exact.clamp(-infinity, infinity);
    // from the bits, for a rounded logarithm would misjudge the neighbours of powers of two
    let exponent = f64::from((exact.abs().to_bits() >> 52) as u16) - 1023.0;
    let ulp = (exponent.clamp(-126.0, 127.0) - 23.0).exp2();
    (f64::from(computed).clamp(-infinity, infinity) - exact).abs() / ulp
}

/// How many floats lie between the two: their difference in ULPs. ∞ is next to the largest finite number.
fn distance(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return if x.is_nan() && y.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let position = |x: f64| {
        if x.is_sign_negative() { -x.abs().to_bits().cast_signed() } else { x.to_bits().cast_signed() }
    };
    position(x).abs_diff(position(y)) as f64
}

/// Points from all over the range, and the surroundings of ± the points where a function changes its formula.
trait Inputs: Sized {
    fn sweep(switches: &[f64]) -> Vec<Self>;
}

#[allow(clippy::cast_possible_truncation, reason = "the nearest f32 to a switch will do")]
impl Inputs for f32 {
    fn sweep(switches: &[f64]) -> Vec<Self> {
        let mut inputs: Vec<Self> = (0..=u32::MAX).step_by(4093).map(Self::from_bits).collect();
        for &switch in switches {
            let bits = (switch as Self).to_bits();
            let around = (bits.saturating_sub(512)..=bits + 512).map(Self::from_bits);
            inputs.extend(around.flat_map(|x| [x, -x]));
        }
        inputs.resize(inputs.len().next_multiple_of(16), 1.0);
        inputs
    }
}

impl Inputs for f64 {
    fn sweep(switches: &[f64]) -> Vec<Self> {
        let mut inputs: Vec<Self> = (0..200_000_u64).map(|i| Self::from_bits(i * (u64::MAX / 200_000))).collect();
        // most bit patterns are too large or too small to be interesting: these steps go through the rest
        for width in [750.0, 40.0, 7.0, 1.5, 0.01] {
            inputs.extend((-50_000..=50_000).map(|i| Self::from(i) / 50_000.0 * width));
        }
        for &switch in switches {
            let bits = switch.to_bits();
            let around = (bits.saturating_sub(512)..=bits + 512).map(Self::from_bits);
            inputs.extend(around.flat_map(|x| [x, -x]));
        }
        inputs.resize(inputs.len().next_multiple_of(16), 1.0);
        inputs
    }
}

/// Tests that a function keeps its documented bounds. The reference is a scalar `f64` function: exact enough for `f32`;
/// for `f64` its own error, `$reference_ulps`, adds to the bound.
macro_rules! error_tests {
    ($($function:ident: $name:ident, $reference:path, $reference_ulps:literal, $switches:expr;)+) => {
        $(
            mod $function {
                use super::*;

                #[test]
                fn f32() {
                    let inputs = f32::sweep(&$switches);
                    let exact: Vec<f64> = inputs.iter().map(|&x| $reference(f64::from(x))).collect();
                    at_every_level!(simd, fused => {
                        let bound = if fused { ulps!($function f32 fused) } else { ulps!($function f32 unfused) };
                        let computed = values::<$name, f32, _, f32x16<_>>(simd, &inputs);
                        for ((x, y), exact) in inputs.iter().zip(computed).zip(&exact) {
                            let error = error_of_f32(y, *exact);
                            assert!(error <= bound, "{simd:?}, {x:e}: {y:e} is {error} ULPs off {exact:e}");
                        }
                    });
                }

                #[test]
                fn f64() {
                    let inputs = f64::sweep(&$switches);
                    let expected: Vec<f64> = inputs.iter().map(|&x| $reference(x)).collect();
                    at_every_level!(simd, fused => {
                        let bound = if fused { ulps!($function f64 fused) } else { ulps!($function f64 unfused) };
                        let bound = bound + $reference_ulps;
                        let computed = values::<$name, f64, _, f64x8<_>>(simd, &inputs);
                        for ((x, y), expected) in inputs.iter().zip(computed).zip(&expected) {
                            let error = distance(y, *expected);
                            assert!(error <= bound, "{simd:?}, {x:e}: {y:e} is {error} ULPs off {expected:e}");
                        }
                    });
                }
            }
        )+
    };
}

error_tests! {
    // odd multiples of ln 2, where the reduction steps; where results become subnormal and vanish; where they overflow
    exp: Exp, f64::exp, 1.0,
        [0.0, LN_2, 3.0 * LN_2, 5.0 * LN_2, 126.0 * LN_2, 127.0 * LN_2, 128.0 * LN_2, 89.0, 150.0 * LN_2, 104.0,
         1022.0 * LN_2, 1024.0 * LN_2, 710.0, 1075.0 * LN_2, 746.0];
    // also where the result rounds to -1
    exp_m1: ExpM1, f64::exp_m1, 1.0,
        [0.0, LN_2, 3.0 * LN_2, 5.0 * LN_2, 24.0 * LN_2, 25.0 * LN_2, 53.0 * LN_2, 54.0 * LN_2, 127.0 * LN_2,
         128.0 * LN_2, 89.0, 1024.0 * LN_2, 710.0];
    // √½ and its doubles, where the exponent steps; 1; the smallest normal numbers
    ln: Ln, f64::ln, 1.0,
        [0.0, 0.5 * FRAC_1_SQRT_2, FRAC_1_SQRT_2, 1.0, SQRT_2, 2.0 * SQRT_2, f64::MIN_POSITIVE,
         f32::MIN_POSITIVE.into()];
    // the same, less 1; where 1 + x absorbs its 1
    ln_1p: Ln1p, f64::ln_1p, 1.0,
        [0.0, 1.0 - FRAC_1_SQRT_2, SQRT_2 - 1.0, 0.5, 1.0, 2.0 * SQRT_2 - 1.0, 24_f64.exp2(), 53_f64.exp2(), 3.4e38,
         1.7e308];
    // where polynomial and exponential meet; where the result rounds to 1; where pieces begin, and the last is left
    tanh: Tanh, f64::tanh, 2.5,
        [0.0, 0.346_574, 0.75, 9.010_913, 10.0, 19.061_547_465, 20.0, 0.125, 0.25, 0.375, 0.625, 0.875, 1.125, 1.375,
         1.875, 2.375, 2.875, 3.375, 4.375, 5.375, 6.375, 7.375, 9.1];
    erf: Erf, libm::erf, 1.0, [0.0, 1.0, 3.919_206, 4.0, 5.921_587_195, 6.0];
}

/// Tests values that the formulas do not reach by themselves, in narrow vectors and wide ones: sign and all, except for NaN.
macro_rules! special_values {
    ($($test:ident: $float:ident, $vector:ident;)+) => {
        $(
            #[test]
            fn $test() {
                const NAN: $float = $float::NAN;
                const INFINITY: $float = $float::INFINITY;
                at_every_level!(simd, _fused => {
                    let check = |name, values: fn(_, &[$float]) -> Vec<$float>, cases: &[($float, $float)]| {
                        for &(x, expected) in cases {
                            let value = values(simd, &[x; 16])[15];
                            let same = value.to_bits() == expected.to_bits() || value.is_nan() && expected.is_nan();
                            assert!(same, "{simd:?}: {name}({x:e}) = {value:e} instead of {expected:e}");
                        }
                    };
                    check("exp", values::<Exp, $float, _, $vector<_>>, &[
                        (NAN, NAN), (-INFINITY, 0.0), ($float::MIN, 0.0), (-0.0, 1.0), (0.0, 1.0),
                        ($float::MAX, INFINITY), (INFINITY, INFINITY),
                    ]);
                    check("exp_m1", values::<ExpM1, $float, _, $vector<_>>, &[
                        (NAN, NAN), (-INFINITY, -1.0), ($float::MIN, -1.0), (-0.0, -0.0), (0.0, 0.0),
                        ($float::MAX, INFINITY), (INFINITY, INFINITY),
                    ]);
                    check("ln", values::<Ln, $float, _, $vector<_>>, &[
                        (NAN, NAN), (-INFINITY, NAN), (-1.0, NAN), (-$float::MIN_POSITIVE, NAN), (-0.0, -INFINITY),
                        (0.0, -INFINITY), (1.0, 0.0), (INFINITY, INFINITY),
                    ]);
                    check("ln_1p", values::<Ln1p, $float, _, $vector<_>>, &[
                        (NAN, NAN), (-INFINITY, NAN), (-1.5, NAN), (-1.0, -INFINITY), (-0.0, -0.0), (0.0, 0.0),
                        (INFINITY, INFINITY),
                    ]);
                    let odd = [
                        (NAN, NAN), (-INFINITY, -1.0), ($float::MIN, -1.0), (-0.0, -0.0), (0.0, 0.0),
                        ($float::MAX, 1.0), (INFINITY, 1.0),
                    ];
                    check("tanh", values::<Tanh, $float, _, $vector<_>>, &odd);
                    check("erf", values::<Erf, $float, _, $vector<_>>, &odd);
                });
            }
        )+
    };
}

special_values! {
    special_values_of_f32: f32, f32x4;
    special_values_of_f64: f64, f64x2;
    special_values_of_wide_f32: f32, f32x16;
    special_values_of_wide_f64: f64, f64x8;
}

/// Tests that f(-x) is -f(x) to the last bit.
#[test]
fn tanh_and_erf_are_odd() {
    let (positive, negative): (Vec<f32>, Vec<f32>) =
        (0..4096_u16).map(f32::from).map(|i| (i / 512.0, -i / 512.0)).unzip();
    at_every_level!(simd, _fused => {
        let mirrored = |values: fn(_, &[f32]) -> Vec<f32>| {
            values(simd, &positive).iter().zip(values(simd, &negative)).all(|(p, n)| p.to_bits() == (-n).to_bits())
        };
        assert!(mirrored(values::<Tanh, f32, _, f32x16<_>>), "{simd:?}: tanh");
        assert!(mirrored(values::<Erf, f32, _, f32x16<_>>), "{simd:?}: erf");
    });
}
