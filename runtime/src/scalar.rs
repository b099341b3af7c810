//! The two scalar types, and how many of them make a vector.

use core::fmt::{Debug, Display, LowerExp};
use core::iter::Sum;
use core::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

use bytemuck::{Pod, Zeroable};
use fearless_simd::{Bytes as _, Simd, SimdCombine, SimdFloat, SimdWiden as _, f32x4, f32x16, f64x2, f64x8, u32x16};

use crate::kernels::dense::shared::{Compiled, Products};
use crate::kernels::math::Elementary;
use crate::kernels::part::Part;
use crate::kernels::within::Within;
use crate::kernels::{Level, dispatch};

/// A floating-point type that networks compute in: `f32` or `f64`.
///
/// It fixes the **lanes**: how many samples travel together through a network. Sixteen `f32` or eight `f64` fill
/// 64 bytes, one cache line and the widest vector register of today. The count is the same on every instruction
/// set, so that sums are taken in the same order everywhere.
pub trait Scalar:
    Elementary
    + Pod
    + nalgebra::Scalar
    + Default
    + PartialOrd
    + Display
    + LowerExp
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + MulAssign
    + Sum
{
    /// One number of each of [`LANES`](Self::LANES) samples.
    type Lane: Lane<Self>;

    /// What is compiled of it with this crate.
    #[doc(hidden)]
    type Products: Products<Self>;

    /// Whether all numbers are finite, or probabilities too. It is compiled with this crate.
    #[doc(hidden)]
    fn within(level: Level, numbers: &[Self], probabilities: bool) -> bool;

    /// The same, in vector registers of the instruction set `S`.
    type Vector<S: Simd>: SimdFloat<S, Element = Self> + Part<S>;

    /// A quarter of that: what the few numbers of one sample fit into.
    type Quarter<S: Simd>: SimdFloat<S, Element = Self>
        + SimdCombine<S, Combined: SimdCombine<S, Combined = Self::Vector<S>>>
        + Part<S>;

    /// How many samples make a tile: 16 for `f32`, 8 for `f64`.
    const LANES: usize;

    /// `"f32"` or `"f64"`.
    const NAME: &'static str;

    /// Zero.
    const ZERO: Self;

    /// One.
    const ONE: Self;

    /// The nearest value to `value`.
    fn from_f64(value: f64) -> Self;

    /// The value, exactly.
    fn to_f64(self) -> f64;

    /// Numbers from `[0, 1)`, each a multiple of 2^-23, of the high bits of as many of the words as there are lanes.
    fn unit<S: Simd>(words: u32x16<S>) -> Self::Vector<S>;

    /// Neither infinite nor NaN.
    fn finite(self) -> bool;
}

/// An aligned array of one number for each sample of a tile.
pub trait Lane<T>: Pod + Debug + PartialEq + Send + Sync {
    /// All lanes hold `value`.
    fn splat(value: T) -> Self;

    /// The lanes, first sample first.
    fn as_slice(&self) -> &[T];

    /// The lanes, first sample first.
    fn as_mut_slice(&mut self) -> &mut [T];

    /// Loads the lanes into registers.
    fn load<S: Simd>(&self, simd: S) -> T::Vector<S>
    where
        T: Scalar;

    /// Stores registers into the lanes.
    fn store<S: Simd>(&mut self, vector: T::Vector<S>)
    where
        T: Scalar;
}

/// `L` numbers on a cache line of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub struct Aligned<T, const L: usize>([T; L]);

macro_rules! scalar {
    ($t:ident, $lanes:literal, $vector:ident, $quarter:ident, $unit:expr) => {
        // SAFETY: all-zero bytes are the number zero in every lane.
        unsafe impl Zeroable for Aligned<$t, $lanes> {}
        // SAFETY: an array of floats, each valid for any bit pattern; the array's size is the alignment, 64, so there
        // is no padding (asserted below).
        unsafe impl Pod for Aligned<$t, $lanes> {}
        const _: () = assert!(size_of::<Aligned<$t, $lanes>>() == $lanes * size_of::<$t>());

        impl Lane<$t> for Aligned<$t, $lanes> {
            #[inline(always)]
            fn splat(value: $t) -> Self {
                Self([value; $lanes])
            }

            #[inline(always)]
            fn as_slice(&self) -> &[$t] {
                &self.0
            }

            #[inline(always)]
            fn as_mut_slice(&mut self) -> &mut [$t] {
                &mut self.0
            }

            #[inline(always)]
            fn load<S: Simd>(&self, simd: S) -> $vector<S> {
                fearless_simd::SimdBase::load_array_ref(simd, &self.0)
            }

            #[inline(always)]
            fn store<S: Simd>(&mut self, vector: $vector<S>) {
                fearless_simd::SimdBase::store_array(vector, &mut self.0);
            }
        }

        impl Scalar for $t {
            type Lane = Aligned<$t, $lanes>;
            type Products = Compiled;
            type Vector<S: Simd> = $vector<S>;
            type Quarter<S: Simd> = $quarter<S>;
            const LANES: usize = $lanes;
            const NAME: &'static str = stringify!($t);
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline(always)]
            #[allow(clippy::cast_possible_truncation, reason = "rounding to the scalar type is the purpose")]
            #[allow(clippy::cast_lossless, reason = "the macro serves both types")]
            fn from_f64(value: f64) -> Self {
                value as $t
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            #[inline(always)]
            fn unit<S: Simd>(words: u32x16<S>) -> $vector<S> {
                // the bits of a number from `[1, 2)`
                $unit(words) - 1.0
            }

            #[inline(always)]
            fn finite(self) -> bool {
                self.is_finite()
            }

            #[inline(never)]
            fn within(level: Level, numbers: &[Self], probabilities: bool) -> bool {
                dispatch(level, Within { numbers, probabilities })
            }
        }
    };
}

scalar!(f32, 16, f32x16, f32x4, |words: u32x16<S>| -> f32x16<S> { ((words >> 9) | 0x3f80_0000).bitcast() });
scalar!(f64, 8, f64x8, f64x2, |words: u32x16<S>| -> f64x8<S> {
    ((words >> 9).widen().0 << 29 | 0x3ff0_0000_0000_0000).bitcast()
});
