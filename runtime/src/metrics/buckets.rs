use fearless_simd::{Simd, SimdBase};
use libm::ceil;

use crate::scalar::Scalar;

/// How much outputs weigh that lie between each of `THRESHOLDS` evenly spaced thresholds from 0 to 1 and the next, by
/// whether their target is positive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buckets<const THRESHOLDS: usize> {
    /// Positive ones, and the others.
    between: [[f64; 2]; THRESHOLDS],
    /// Of those that exceed no threshold, as 0.
    below: [f64; 2],
}

impl<const THRESHOLDS: usize> Default for Buckets<THRESHOLDS> {
    fn default() -> Self {
        Self { between: [[0.0; 2]; THRESHOLDS], below: [0.0; 2] }
    }
}

/// `a / b`, and 0 where `b` is 0.
pub(super) fn divide(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

impl<const THRESHOLDS: usize> Buckets<THRESHOLDS> {
    /// Takes in one output of each sample.
    #[inline(always)]
    pub(super) fn add<T: Scalar, S: Simd>(
        &mut self,
        output: T::Vector<S>,
        target: T::Vector<S>,
        weights: T::Vector<S>,
    ) {
        const { assert!(THRESHOLDS >= 2, "a curve has at least two thresholds") };
        let scaled = output * T::from_f64((THRESHOLDS - 1) as f64);
        let lanes = scaled.as_slice().iter().zip(target.as_slice()).zip(weights.as_slice());
        for ((scaled, target), weight) in lanes {
            // a threshold must be exceeded: exactly on it is below it
            let exceeded = ceil(scaled.to_f64()).clamp(0.0, THRESHOLDS as f64);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped; NaN becomes 0")]
            let exceeded = exceeded as usize;
            let bucket = exceeded.checked_sub(1).and_then(|bucket| self.between.get_mut(bucket));
            bucket.unwrap_or(&mut self.below)[usize::from(*target == T::ZERO)] += weight.to_f64();
        }
    }

    /// True and false positives at each threshold, from the highest down.
    pub(super) fn above(&self) -> impl Iterator<Item = (f64, f64)> + Clone {
        self.between.iter().rev().scan((0.0, 0.0), |(tp, fp), [positive, negative]| {
            (*tp, *fp) = (*tp + positive, *fp + negative);
            Some((*tp, *fp))
        })
    }

    /// All positives, and all others.
    pub(super) fn all(&self) -> (f64, f64) {
        let of = |kind: usize| self.between.iter().map(|bucket| bucket[kind]).sum::<f64>() + self.below[kind];
        (of(0), of(1))
    }
}
