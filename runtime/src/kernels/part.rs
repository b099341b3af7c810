//! Vectors of which only the first lanes count: what is left at the end of a sample.

use fearless_simd::{Simd, SimdBase, SimdCombine as _, SimdSplit as _, f32x4, f32x16, f64x2, f64x8};

use crate::scalar::Scalar;

/// Whether there are vector registers at all. WebAssembly has them where the program is compiled for them.
pub(crate) const VECTORS: bool = cfg!(any(
    target_arch = "x86_64",
    target_arch = "x86",
    target_arch = "aarch64",
    all(target_arch = "wasm32", target_feature = "simd128")
));

/// A vector that is loaded and stored in part. For counts that are known while compiling these are a few loads and stores
/// of quarters, and not a way through memory, number by number.
pub trait Part<S: Simd>: SimdBase<S> {
    /// As many of the numbers as there are lanes, filled up with zeros.
    fn load_part(simd: S, from: &[Self::Element]) -> Self;

    /// As many lanes as there is room for.
    fn store_part(self, to: &mut [Self::Element]);
}

/// `$vector` is four of `$quarter`.
macro_rules! parts {
    ($element:ident: $quarter:ident, $vector:ident) => {
        impl<S: Simd> Part<S> for $quarter<S> {
            #[inline(always)]
            fn load_part(simd: S, from: &[$element]) -> Self {
                match from.get(..Self::LEN) {
                    Some(whole) => Self::from_slice(simd, whole),
                    None => Self::from_fn(simd, |i| from.get(i).copied().unwrap_or(0.0)),
                }
            }

            #[inline(always)]
            fn store_part(self, to: &mut [$element]) {
                match to.get_mut(..Self::LEN) {
                    Some(whole) => self.store_slice(whole),
                    None => {
                        for (number, lane) in to.iter_mut().zip(self.as_slice()) {
                            *number = *lane;
                        }
                    }
                }
            }
        }

        impl<S: Simd> Part<S> for $vector<S> {
            #[inline(always)]
            fn load_part(simd: S, from: &[$element]) -> Self {
                if let Some(whole) = from.get(..Self::LEN) {
                    return Self::from_slice(simd, whole);
                }
                let (a, from) = from.split_at_checked($quarter::<S>::LEN).unwrap_or((from, &[]));
                let (b, from) = from.split_at_checked($quarter::<S>::LEN).unwrap_or((from, &[]));
                let (c, d) = from.split_at_checked($quarter::<S>::LEN).unwrap_or((from, &[]));
                let (a, b) = ($quarter::load_part(simd, a), $quarter::load_part(simd, b));
                let (c, d) = ($quarter::load_part(simd, c), $quarter::load_part(simd, d));
                a.combine(b).combine(c.combine(d))
            }

            #[inline(always)]
            fn store_part(self, to: &mut [$element]) {
                if let Some(whole) = to.get_mut(..Self::LEN) {
                    return self.store_slice(whole);
                }
                let (low, high) = self.split();
                let ((a, b), (c, d)) = (low.split(), high.split());
                for (quarter, to) in [a, b, c, d].into_iter().zip(to.chunks_mut($quarter::<S>::LEN)) {
                    quarter.store_part(to);
                }
            }
        }
    };
}

parts!(f32: f32x4, f32x16);
parts!(f64: f64x2, f64x8);

/// Replaces the numbers of one sample by what the function gives for vectors of them, which is taken in two widths: the
/// second where there are few numbers, or no vector registers. A tail is filled up with zeros and thrown away.
#[inline(always)]
pub(crate) fn map<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    sample: &mut [T; N],
    wide: impl Fn(T::Vector<S>) -> T::Vector<S>,
    narrow: impl Fn(T::Quarter<S>) -> T::Quarter<S>,
) {
    if const { VECTORS && N > T::LANES / 4 } {
        each(simd, sample, wide);
    } else {
        each(simd, sample, narrow);
    }
}

/// The same of so many numbers as there are.
#[inline(always)]
pub(crate) fn map_any<T: Scalar, S: Simd>(
    simd: S,
    sample: &mut [T],
    wide: impl Fn(T::Vector<S>) -> T::Vector<S>,
    narrow: impl Fn(T::Quarter<S>) -> T::Quarter<S>,
) {
    if VECTORS && sample.len() > T::LANES / 4 {
        each(simd, sample, wide);
    } else {
        each(simd, sample, narrow);
    }
}

#[inline(always)]
fn each<S: Simd, V: Part<S>>(simd: S, sample: &mut [V::Element], f: impl Fn(V) -> V) {
    for chunk in sample.chunks_mut(V::LEN) {
        f(V::load_part(simd, chunk)).store_part(chunk);
    }
}
