//! Some of a sample's numbers with mean 0 and variance 1, and the way back: what normalisations share.

use core::ops::Range;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use crate::scalar::Scalar;
use crate::tile::Tile;

/// Gives those numbers of each sample that lie in `range` mean 0 and variance 1, then multiplies them by `gamma` and
/// adds `beta`, each where there is one. Returns the mean and `1 / sqrt(variance + epsilon)`.
#[inline(always)]
pub(super) fn forward<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    range: Range<usize>,
    epsilon: f64,
    [gamma, beta]: [&[T]; 2],
    input: &Tile<T, N>,
    output: &mut Tile<T, N>,
) -> [T::Vector<S>; 2] {
    let (share, zero) = (T::from_f64(1.0 / range.len() as f64), T::Vector::<S>::splat(simd, T::ZERO));
    let (mut sum, mut squares) = (zero, zero);
    for i in range.clone() {
        sum += input.load(simd, i);
    }
    let mean = sum * share;
    for i in range.clone() {
        let from_mean = input.load(simd, i) - mean;
        squares += from_mean * from_mean;
    }
    let variance = squares * share;
    let root = (variance + T::Vector::<S>::splat(simd, T::from_f64(epsilon))).sqrt();
    let scale = T::Vector::<S>::splat(simd, T::ONE) / root;
    for i in range {
        let mut y = (input.load(simd, i) - mean) * scale;
        if let Some(&gamma) = gamma.get(i) {
            y *= gamma;
        }
        if let Some(&beta) = beta.get(i) {
            y += beta;
        }
        output.store::<S>(i, y);
    }
    [mean, scale]
}

/// Takes the gradient of these numbers back, given what [`forward`] has returned.
#[inline(always)]
pub(super) fn backward<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    range: Range<usize>,
    gamma: &[T],
    [mean, scale]: [T::Vector<S>; 2],
    input: &Tile<T, N>,
    d_output: &Tile<T, N>,
    d_input: &mut Tile<T, N>,
) {
    let normal = |i: usize| (input.load(simd, i) - mean) * scale;
    // with d the gradient with respect to the normal numbers n, dx = scale (d - mean(d) - n mean(d n))
    let d_normal = |i: usize| match gamma.get(i) {
        Some(&gamma) => d_output.load(simd, i) * gamma,
        None => d_output.load(simd, i),
    };
    let (share, zero) = (T::from_f64(1.0 / range.len() as f64), T::Vector::<S>::splat(simd, T::ZERO));
    let (mut level, mut along) = (zero, zero);
    for i in range.clone() {
        let d = d_normal(i);
        level += d;
        along += d * normal(i);
    }
    let (level, along) = (level * share, along * share);
    for i in range {
        d_input.store::<S>(i, (d_normal(i) - level - normal(i) * along) * scale);
    }
}

/// [`forward`] of these numbers of one sample, with their own part of `gamma` and `beta`.
#[inline(always)]
pub(super) fn predict<T: Scalar, S: Simd>(
    simd: S,
    epsilon: f64,
    [gamma, beta]: [&[T]; 2],
    input: &[T],
    output: &mut [T],
) {
    let share = T::from_f64(1.0 / input.len() as f64);
    let mean = input.iter().copied().sum::<T>() * share;
    let variance = input.iter().map(|&x| (x - mean) * (x - mean)).sum::<T>() * share;
    let scale = inverse_root::<T, S>(simd, variance + T::from_f64(epsilon));
    for (y, &x) in output.iter_mut().zip(input) {
        *y = (x - mean) * scale;
    }
    for (y, &gamma) in output.iter_mut().zip(gamma) {
        *y *= gamma;
    }
    for (y, &beta) in output.iter_mut().zip(beta) {
        *y += beta;
    }
}

/// `1 / sqrt(x)` of one number, by the same instructions as of a vector.
#[inline(always)]
pub(super) fn inverse_root<T: Scalar, S: Simd>(simd: S, x: T) -> T {
    T::ONE / T::Vector::<S>::splat(simd, x).sqrt().as_slice()[0]
}
