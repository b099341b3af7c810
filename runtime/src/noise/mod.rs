//! Random numbers for the layers that are random in training.
//!
//! They are a function, not a sequence: of a seed, of the sample's place in the epoch, of the layer and of the place in
//! the sample. So they are the same whichever thread computes them, with whatever instructions, and in `f32` as in
//! `f64`.

#[cfg(all(test, feature = "alloc"))]
mod tests;

use fearless_simd::{Select as _, Simd, SimdBase as _, SimdFloat as _, u32x16};

use crate::kernels::framed;
use crate::scalar::Scalar;

/// The random numbers of one layer for the samples of one tile.
///
/// Source: `Threefry2x32` with 13 rounds, of J. Salmon and others, *Parallel Random Numbers: As Easy as 1, 2, 3*, 2011.
/// It adds, turns and mixes 32 bits, which every vector unit can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noise {
    key: [u32; 2],
    /// The place of the tile's first sample in the epoch.
    sample: u32,
}

impl Noise {
    /// Of the first layer, for the first samples of an epoch.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "the two halves")]
        Self { key: [seed as u32, (seed >> 32) as u32], sample: 0 }
    }

    /// Of the first layer, for step `iteration` of a training that draws no seed for each epoch.
    #[must_use]
    pub(crate) const fn of_step(seed: u64, iteration: u64) -> Self {
        // an odd number, so that no two steps have the same seed
        Self::new(seed.wrapping_add(iteration.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// For the tile whose first sample is `samples` further on.
    #[inline(always)]
    #[must_use]
    pub fn at(self, samples: usize) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "an epoch has at most 2^32 samples")]
        Self { sample: self.sample.wrapping_add(samples as u32), ..self }
    }

    /// Of the layer after one that has taken `streams` of random numbers.
    #[inline(always)]
    #[must_use]
    pub fn after(self, streams: usize) -> Self {
        let [low, high] = self.key;
        #[allow(clippy::cast_possible_truncation, reason = "a network has less than 2^32 layers")]
        Self { key: [low, high.wrapping_add(streams as u32)], ..self }
    }

    /// Hands `take` the index of each of `count` features, with a number from `[0, 1)` for each sample: a multiple of
    /// 2^-23, each as likely.
    #[inline(always)]
    pub fn uniform<T: Scalar, S: Simd>(self, simd: S, count: usize, mut take: impl FnMut(usize, T::Vector<S>)) {
        const LANES: [u32; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let samples = u32x16::<S>::from_slice(simd, &LANES) + self.sample;
        for first in (0..count).step_by(2) {
            #[allow(clippy::cast_possible_truncation, reason = "a layer has less than 2^32 features")]
            let counter = [samples, u32x16::splat(simd, first as u32)];
            let words = framed!(simd, threefry(self.key, counter));
            for (i, words) in words.into_iter().enumerate().take(count - first) {
                take(first + i, T::unit(words));
            }
        }
    }

    /// Hands `take` the index of each of `count` features, with a number for each sample, of a normal distribution with
    /// mean 0 and standard deviation 1. None is beyond 5.2.
    ///
    /// Source: the inverse of the distribution function, as M. Giles, *Approximating the erfinv function*, 2010, gives
    /// it.
    #[inline(always)]
    pub fn normal<T: Scalar, S: Simd>(self, simd: S, count: usize, mut take: impl FnMut(usize, T::Vector<S>)) {
        // from the middle of the interval that a multiple of 2^-23 stands for
        let below_one = T::from_f64(1.0 - f64::from(1_u32 << 23).recip());
        self.uniform::<T, S>(
            simd,
            count,
            #[inline(always)]
            |i, uniform| {
                let normal = framed!(simd, probit::<T, S>(simd, uniform + uniform - below_one));
                take(i, normal);
            },
        );
    }
}

/// `Threefry2x32` with 13 rounds.
#[inline(always)]
fn threefry<S: Simd>(key: [u32; 2], counter: [u32x16<S>; 2]) -> [u32x16<S>; 2] {
    const TURNS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
    let keys = [key[0], key[1], 0x1bd1_1bda ^ key[0] ^ key[1]];
    let [mut a, mut b] = [counter[0] + keys[0], counter[1] + keys[1]];
    for (round, count) in (0..13).zip(1_u32..) {
        let turn = TURNS[round % 8];
        a += b;
        b = ((b << turn) | (b >> (32 - turn))) ^ a;
        if count % 4 == 0 {
            let four = round.div_ceil(4);
            a += keys[four % 3];
            b += keys[(four + 1) % 3].wrapping_add(count / 4);
        }
    }
    [a, b]
}

/// `sqrt(2) erfinv(x)` for `x` between -1 and 1, to seven digits.
#[inline(always)]
fn probit<T: Scalar, S: Simd>(simd: S, x: T::Vector<S>) -> T::Vector<S> {
    const CENTRE: [f64; 9] = [
        1.501_409_41,
        0.246_640_727,
        -0.004_177_681_64,
        -0.001_253_725_03,
        0.000_218_580_87,
        -4.391_506_54e-6,
        -3.523_387_7e-6,
        3.432_739_39e-7,
        2.810_226_36e-8,
    ];
    const TAIL: [f64; 9] = [
        2.832_976_82,
        1.001_674_06,
        0.009_438_870_47,
        -0.007_622_461_3,
        0.005_739_507_73,
        -0.003_673_428_44,
        0.001_349_343_22,
        0.000_100_950_558,
        -0.000_200_214_257,
    ];
    let splat = |number: f64| T::Vector::<S>::splat(simd, T::from_f64(number));
    let one = splat(1.0);
    let w = -T::ln((one - x) * (one + x));
    let is_central = w.simd_lt(splat(5.0));
    let w = is_central.select(w - splat(2.5), w.sqrt() - splat(3.0));
    let mut y = is_central.select(splat(CENTRE[8]), splat(TAIL[8]));
    for (centre, tail) in CENTRE.into_iter().zip(TAIL).rev().skip(1) {
        y = y * w + is_central.select(splat(centre), splat(tail));
    }
    y * x * splat(core::f64::consts::SQRT_2)
}
