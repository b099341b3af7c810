//! Whether numbers make sense, a vector at a time.

use fearless_simd::{Simd, SimdBase, SimdFloat, SimdMask};

use super::Task;
use super::flat::load;
use crate::scalar::Scalar;

/// Whether all of some numbers make sense; which of them does not is for others to find.
pub(crate) struct Within<'a, T> {
    pub(crate) numbers: &'a [T],
    /// Whether they are probabilities, from 0 to 1, or just finite.
    pub(crate) probabilities: bool,
}

impl<T: Scalar> Task for Within<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        if self.probabilities { probabilities(simd, self.numbers) } else { finite(simd, self.numbers) }
    }
}

/// What is not finite is no number when it is multiplied by zero, and so is each sum that it is in.
#[inline(always)]
fn finite<T: Scalar, S: Simd>(simd: S, numbers: &[T]) -> bool {
    const SUMS: usize = 4;
    let zero = T::Vector::<S>::splat(simd, T::ZERO);
    let mut sums = [zero; SUMS];
    let blocks = numbers.chunks_exact(SUMS * T::LANES);
    let rest = blocks.remainder();
    for block in blocks {
        for (sum, vector) in sums.iter_mut().zip(block.chunks_exact(T::LANES)) {
            *sum = T::Vector::<S>::from_slice(simd, vector).mul_add(zero, *sum);
        }
    }
    for (sum, vector) in sums.iter_mut().zip(rest.chunks(T::LANES)) {
        *sum = load::<T, S>(simd, vector).mul_add(zero, *sum);
    }
    let [a, b, c, d] = sums;
    ((a + b) + (c + d)).simd_eq(zero).all_true()
}

/// No comparison with what is no number holds.
#[inline(always)]
fn probabilities<T: Scalar, S: Simd>(simd: S, numbers: &[T]) -> bool {
    let (zero, one) = (T::Vector::<S>::splat(simd, T::ZERO), T::Vector::<S>::splat(simd, T::ONE));
    let mut all = zero.simd_eq(zero);
    for vector in numbers.chunks(T::LANES) {
        let x = load::<T, S>(simd, vector);
        all = all & x.simd_ge(zero) & x.simd_le(one);
    }
    all.all_true()
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use std::vec;

    use super::Within;
    use crate::kernels::{dispatch, level};
    use crate::scalar::Scalar;

    /// One number among others, of which there are so many.
    fn holds<T: Scalar>(count: usize, place: usize, number: f64, probabilities: bool) -> bool {
        let mut numbers = vec![T::from_f64(0.25); count];
        numbers[place] = T::from_f64(number);
        dispatch(level(), Within { numbers: &numbers, probabilities })
    }

    fn every_place<T: Scalar>() {
        for count in (1..=20).chain([31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 145]) {
            for place in 0..count {
                for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    assert!(!holds::<T>(count, place, bad, false), "{bad} at {place} of {count}");
                    assert!(!holds::<T>(count, place, bad, true), "{bad} at {place} of {count}");
                }
                for bad in [1.0 + 1e-6, -1e-40, -3.0] {
                    assert!(holds::<T>(count, place, bad, false), "{bad} at {place} of {count}");
                    assert!(!holds::<T>(count, place, bad, true), "{bad} at {place} of {count}");
                }
                for fine in [0.0, -0.0, 1.0, 1e-40] {
                    assert!(holds::<T>(count, place, fine, true), "{fine} at {place} of {count}");
                }
                for large in [f64::from(f32::MAX), f64::from(f32::MIN)] {
                    assert!(holds::<T>(count, place, large, false), "{large} at {place} of {count}");
                }
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_seen_in_every_place() {
        every_place::<f32>();
        every_place::<f64>();
        for probabilities in [false, true] {
            assert!(dispatch(level(), Within::<f32> { numbers: &[], probabilities }));
        }
    }
}
