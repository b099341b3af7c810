//! Elementary functions of whole vectors: exponential, logarithm, hyperbolic tangent, error function.
//!
//! The standard library computes these one number at a time. A layer needs them for thousands of numbers, so here
//! every function takes a vector of any width and treats all its lanes alike: no branches, no calls, and no tables but
//! that of one function which a register holds. Where two formulas share the real line, both are evaluated and each lane
//! selects its own.
//!
//! Each function is one generic body for `f32` and `f64`; what differs between the two formats (constants,
//! polynomials) sits in a trait of constants at the end of its file. The polynomials are minimax fits made for this
//! module: the coefficients solve the Chebyshev problem min max |w(x) (f(x) - p(x))| as a linear program on 400
//! Chebyshev nodes, with residuals in 80 digits; they are then rounded to the format from the lowest power up, the
//! remaining ones being refitted after each rounding. The errors stated beside them are those of the rounded
//! polynomials.
//!
//! # Accuracy
//!
//! Bounds are in ULPs, units in the last place: the spacing of floats at the exact result. They differ by level:
//! *fused* where the hardware multiplies and adds with one rounding (AVX2 with FMA, AVX-512, NEON), *unfused* where
//! it rounds twice (SSE2, SSE4.2, WebAssembly, the scalar fallback). Those of `f32` were measured on every float there
//! is, those of `f64` on 1.6 million points against 160-bit arithmetic, with a margin for the points between. The tests
//! hold every function to the numbers its documentation prints, which come from the same place.

use fearless_simd::{Simd, SimdFloat, SimdFloatElement};

use super::{compact, framed};

mod erf;
mod exp;
mod ln;
mod tanh;
#[cfg(target_arch = "x86_64")]
mod tanh_in_pieces;

/// The error bounds, in ULPs: the documentation below prints them and the tests assert them.
#[rustfmt::skip]
macro_rules! ulps {
    (exp f32 fused) => { 1.45 };
    (exp f32 unfused) => { 1.91 };
    (exp f64 fused) => { 1.45 };
    (exp f64 unfused) => { 1.8 };
    (exp_m1 f32 fused) => { 1.45 };
    (exp_m1 f32 unfused) => { 1.5 };
    (exp_m1 f64 fused) => { 1.6 };
    (exp_m1 f64 unfused) => { 1.75 };
    (ln f32 fused) => { 0.85 };
    (ln f32 unfused) => { 0.85 };
    (ln f64 fused) => { 0.85 };
    (ln f64 unfused) => { 0.85 };
    (ln_1p f32 fused) => { 1.4 };
    (ln_1p f32 unfused) => { 1.4 };
    (ln_1p f64 fused) => { 1.45 };
    (ln_1p f64 unfused) => { 1.45 };
    (tanh f32 fused) => { 1.15 };
    (tanh f32 unfused) => { 1.2 };
    (tanh f64 fused) => { 1.3 };
    (tanh f64 unfused) => { 1.6 };
    (erf f32 fused) => { 1.15 };
    (erf f32 unfused) => { 1.35 };
    (erf f64 fused) => { 1.15 };
    (erf f64 unfused) => { 1.5 };
}

/// The sentence of a function's documentation that states its error.
macro_rules! error_bound {
    ($function:ident) => {
        concat!(
            "Error at most, in ULPs: `f32` ",
            ulps!($function f32 fused),
            " fused, ",
            ulps!($function f32 unfused),
            " unfused; `f64` ",
            ulps!($function f64 fused),
            " fused, ",
            ulps!($function f64 unfused),
            " unfused.",
        )
    };
}

/// Floats whose vectors know the elementary functions: `f32` and `f64`.
///
/// The functions take the vector type as a parameter, so that one kernel serves any width:
///
/// ```ignore
/// fn softplus<S: Simd, V: SimdFloat<S, Element: Elementary>>(x: V) -> V {
///     V::Element::ln_1p(V::Element::exp(x))
/// }
/// ```
///
/// On the concrete types write `<f32 as Elementary>::exp(x)`, for `f32::exp` is the scalar function of the standard
/// library. A NaN lane yields NaN in every function.
pub trait Elementary: SimdFloatElement {
    /// eˣ over the whole range, subnormal results included.
    ///
    #[doc = error_bound!(exp)]
    ///
    /// exp(-∞) = 0 and exp(∞) = ∞; results too large for the format are ∞, results too small are 0.
    fn exp<S: Simd, V: SimdFloat<S, Element = Self>>(x: V) -> V;

    /// eˣ - 1, without the cancellation of subtracting 1 from eˣ near 0.
    ///
    #[doc = error_bound!(exp_m1)]
    ///
    /// `exp_m1(-∞)` = -1 and `exp_m1(∞)` = ∞; results too large for the format are ∞; ±0 is returned as it is.
    fn exp_m1<S: Simd, V: SimdFloat<S, Element = Self>>(x: V) -> V;

    /// The natural logarithm of x, also of subnormal x.
    ///
    #[doc = error_bound!(ln)]
    ///
    /// ln(±0) = -∞, ln(∞) = ∞, ln(1) = +0; NaN for x < 0.
    fn ln<S: Simd, V: SimdFloat<S, Element = Self>>(x: V) -> V;

    /// ln(1 + x), without rounding 1 + x first.
    ///
    #[doc = error_bound!(ln_1p)]
    ///
    /// `ln_1p(-1)` = -∞ and `ln_1p(∞)` = ∞; NaN for x < -1; ±0 is returned as it is.
    fn ln_1p<S: Simd, V: SimdFloat<S, Element = Self>>(x: V) -> V;

    /// The hyperbolic tangent (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ), an exactly odd function.
    ///
    #[doc = error_bound!(tanh)]
    ///
    /// tanh(±∞) = ±1, and so is every result that rounds there; ±0 is returned as it is.
    fn tanh<S: Simd, V: SimdFloat<S, Element = Self>>(x: V) -> V;

    /// The error function 2/√π ∫₀ˣ exp(-t²) dt, an exactly odd function.
    ///
    #[doc = error_bound!(erf)]
    ///
    /// erf(±∞) = ±1, and so is every result that rounds there; ±0 is returned as it is.
    fn erf<S: Simd, V: SimdFloat<S, Element = Self>>(x: V) -> V;
}

/// Gives a format the functions of the files below.
macro_rules! impl_elementary {
    ($element:ty: $($file:ident::$function:ident),+) => {
        impl Elementary for $element {
            $(
                #[inline(always)]
                fn $function<S: Simd, V: SimdFloat<S, Element = Self>>(x: V) -> V {
                    if const { compact::<S>() && V::LEN > 4 } {
                        apart(x, $file::$function)
                    } else {
                        framed!(x.token(), $file::$function(x))
                    }
                }
            )+
        }
    };
}

impl_elementary!(f32: exp::exp, exp::exp_m1, ln::ln, ln::ln_1p, tanh::tanh, erf::erf);
impl_elementary!(f64: exp::exp, exp::exp_m1, ln::ln, ln::ln_1p, tanh::tanh, erf::erf);

/// `function(x)`, compiled once: for an instruction set that every processor has.
#[inline(never)]
fn apart<V>(x: V, function: impl Fn(V) -> V) -> V {
    function(x)
}

/// A binary floating-point format: what several of the functions need to know of it.
trait Format: SimdFloatElement + 'static {
    const HALF: Self;
    const ONE: Self;
    const TWO: Self;
    /// How many bits of the mantissa are stored, which is also where the exponent begins.
    const MANTISSA_BITS: u32;
}

impl Format for f32 {
    const HALF: Self = 0.5;
    const ONE: Self = 1.0;
    const TWO: Self = 2.0;
    const MANTISSA_BITS: u32 = Self::MANTISSA_DIGITS - 1;
}

impl Format for f64 {
    const HALF: Self = 0.5;
    const ONE: Self = 1.0;
    const TWO: Self = 2.0;
    const MANTISSA_BITS: u32 = Self::MANTISSA_DIGITS - 1;
}

/// The polynomial Σ cₖ xᵏ by Horner's rule; the coefficients start with c₀.
///
/// Horner's chain is the longest, but its multiply-adds are the fewest, and a processor that works on several vectors
/// at once hides the latency. The slice has a constant length everywhere, so the loop unrolls.
#[inline(always)]
fn horner<S: Simd, V: SimdFloat<S>>(x: V, coefficients: &[V::Element]) -> V {
    let simd = x.token();
    match coefficients {
        [] => V::splat(simd, V::Element::from(0_u8)),
        [lower @ .., highest] => {
            let mut sum = V::splat(simd, *highest);
            // not `fold`: where it is not inlined, its closure is compiled without the instructions of this level
            for &coefficient in lower.iter().rev() {
                sum = sum.mul_add(x, coefficient);
            }
            sum
        }
    }
}

/// The same polynomial in two halves, of the even powers and of the odd ones, each by Horner's rule: a product more, and half of
/// the chain, for where a result is waited for.
#[inline(always)]
fn halves<S: Simd, V: SimdFloat<S>>(x: V, coefficients: &[V::Element]) -> V {
    let (simd, square) = (x.token(), x * x);
    let mut sums = [V::splat(simd, V::Element::from(0_u8)); 2];
    for (k, &coefficient) in coefficients.iter().enumerate().rev() {
        let sum = &mut sums[k % 2];
        *sum = if k + 2 < coefficients.len() { sum.mul_add(square, coefficient) } else { V::splat(simd, coefficient) };
    }
    sums[1].mul_add(x, sums[0])
}

#[cfg(test)]
mod tests;
