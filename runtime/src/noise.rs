//! Random numbers for the layers that are random in training.
//!
//! They are a function, not a sequence: of a seed, of the sample's place in the epoch, of the layer and of the place in
//! the sample. So they are the same whichever thread computes them, with whatever instructions, and in `f32` as in `f64`.

use fearless_simd::{Select as _, Simd, SimdBase as _, SimdFloat as _, u32x16};

use crate::kernels::ahead::Ahead;
use crate::kernels::framed;
use crate::scalar::Scalar;

/// Whether samples go through a network for its training or for its prediction: [`Training`] or [`Inference`].
pub trait Mode: Copy {
    /// Where the next layer takes its random numbers from; `None` if there shall be none.
    fn noise(self) -> Option<Noise>;

    /// The mode of the layer after one that has taken `streams` of random numbers.
    #[must_use]
    fn after(self, streams: usize) -> Self;

    /// The mode of a tile of those that go together, whose first sample is `samples` after that of the first.
    #[must_use]
    fn at(self, samples: usize) -> Self;

    /// What a layer that can shall ask for meanwhile: `samples` of those that come later.
    #[inline(always)]
    fn ahead(&self, _samples: usize) -> Option<Ahead<'_>> {
        None
    }

    /// The mode of the layers after one that has asked.
    #[must_use]
    #[inline(always)]
    fn asked(self) -> Self {
        self
    }
}

/// Prediction and evaluation: nothing is random.
#[derive(Clone, Copy, Debug)]
pub struct Inference;

impl Mode for Inference {
    #[inline(always)]
    fn noise(self) -> Option<Noise> {
        None
    }

    #[inline(always)]
    fn after(self, _: usize) -> Self {
        self
    }

    #[inline(always)]
    fn at(self, _: usize) -> Self {
        self
    }
}

/// Training, with random numbers.
#[derive(Clone, Copy, Debug)]
pub struct Training(pub Noise);

impl Mode for Training {
    #[inline(always)]
    fn noise(self) -> Option<Noise> {
        Some(self.0)
    }

    #[inline(always)]
    fn after(self, streams: usize) -> Self {
        Self(self.0.after(streams))
    }

    #[inline(always)]
    fn at(self, samples: usize) -> Self {
        Self(self.0.at(samples))
    }
}

/// A mode in which samples that come later are asked for, as the trainer does.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking<'a, M>(pub(crate) M, pub(crate) Option<Ahead<'a>>);

#[cfg(feature = "alloc")]
impl<M: Mode> Mode for Asking<'_, M> {
    #[inline(always)]
    fn noise(self) -> Option<Noise> {
        self.0.noise()
    }

    #[inline(always)]
    fn after(self, streams: usize) -> Self {
        Self(self.0.after(streams), self.1)
    }

    #[inline(always)]
    fn at(self, samples: usize) -> Self {
        Self(self.0.at(samples), self.1.map(|ahead| ahead.at(samples)))
    }

    #[inline(always)]
    fn ahead(&self, samples: usize) -> Option<Ahead<'_>> {
        self.1.map(|ahead| ahead.first(samples))
    }

    #[inline(always)]
    fn asked(self) -> Self {
        Self(self.0, None)
    }
}

/// The random numbers of one layer for the samples of one tile.
///
/// Source: `Threefry2x32` with 13 rounds, of J. Salmon and others, *Parallel Random Numbers: As Easy as 1, 2, 3*, 2011. It
/// adds, turns and mixes 32 bits, which every vector unit can do.
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
            let words = framed(
                simd,
                #[inline(always)]
                || threefry(self.key, counter),
            );
            for (i, words) in words.into_iter().enumerate().take(count - first) {
                take(first + i, T::unit(words));
            }
        }
    }

    /// Hands `take` the index of each of `count` features, with a number for each sample, of a normal distribution with
    /// mean 0 and standard deviation 1. None is beyond 5.2.
    ///
    /// Source: the inverse of the distribution function, as M. Giles, *Approximating the erfinv function*, 2010, gives it.
    #[inline(always)]
    pub fn normal<T: Scalar, S: Simd>(self, simd: S, count: usize, mut take: impl FnMut(usize, T::Vector<S>)) {
        // from the middle of the interval that a multiple of 2^-23 stands for
        let below_one = T::from_f64(1.0 - f64::from(1_u32 << 23).recip());
        self.uniform::<T, S>(
            simd,
            count,
            #[inline(always)]
            |i, uniform| {
                let normal = framed(
                    simd,
                    #[inline(always)]
                    || probit::<T, S>(simd, uniform + uniform - below_one),
                );
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

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::vec::Vec;

    use fearless_simd::{Simd, SimdBase as _, u32x16};

    use super::{Noise, threefry};
    use crate::kernels::{Task, dispatch, level};
    use crate::scalar::Scalar;

    /// `Threefry2x32` of one counter.
    struct Words([u32; 2], [u32; 2]);

    impl Task for Words {
        type Output = [u32; 2];

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> [u32; 2] {
            let Self(key, counter) = self;
            threefry(key, counter.map(|word| u32x16::<S>::splat(simd, word))).map(|words| words[15])
        }
    }

    /// From `kat_vectors` of Random123.
    #[test]
    fn known_answers() {
        let answer = |key, counter| dispatch(level(), Words(key, counter));
        assert_eq!(answer([0, 0], [0, 0]), [0x9d1c_5ec6, 0x8bd5_0731]);
        assert_eq!(answer([u32::MAX; 2], [u32::MAX; 2]), [0xfd36_d048, 0x2d17_272c]);
        let (counter, key) = ([0x243f_6a88, 0x85a3_08d3], [0x1319_8a2e, 0x0370_7344]);
        assert_eq!(answer(key, counter), [0xba3e_4725, 0xf27d_669e]);
    }

    /// The numbers of some tiles, sample by sample.
    struct Numbers {
        noise: Noise,
        tiles: usize,
        features: usize,
        normal: bool,
    }

    impl Numbers {
        fn of<T: Scalar>(self) -> Vec<T> {
            struct Of<T>(Numbers, core::marker::PhantomData<T>);

            impl<T: Scalar> Task for Of<T> {
                type Output = Vec<T>;

                #[inline(always)]
                fn run<S: Simd>(self, simd: S) -> Vec<T> {
                    let Numbers { noise, tiles, features, normal } = self.0;
                    let mut numbers = alloc::vec![T::ZERO; tiles * T::LANES * features];
                    for (tile, numbers) in numbers.chunks_mut(T::LANES * features).enumerate() {
                        let noise = noise.at(tile * T::LANES);
                        let take = |feature: usize, vector: T::Vector<S>| {
                            for (sample, number) in vector.as_slice().iter().enumerate() {
                                numbers[sample * features + feature] = *number;
                            }
                        };
                        if normal {
                            noise.normal::<T, S>(simd, features, take);
                        } else {
                            noise.uniform::<T, S>(simd, features, take);
                        }
                    }
                    numbers
                }
            }

            dispatch(level(), Of(self, core::marker::PhantomData))
        }
    }

    fn uniform<T: Scalar>(noise: Noise, tiles: usize, features: usize) -> Vec<T> {
        Numbers { noise, tiles, features, normal: false }.of()
    }

    #[test]
    fn a_number_is_that_of_its_place() {
        let noise = Noise::new(7);
        let all = uniform::<f32>(noise, 4, 5);
        // two tiles further on, and of a wider layer
        assert_eq!(all[2 * 16 * 5..], uniform::<f32>(noise.at(32), 2, 5));
        let wider = uniform::<f32>(noise, 4, 8);
        assert!(all.chunks(5).zip(wider.chunks(8)).all(|(narrow, wide)| *narrow == wide[..5]));
        // the same in the other scalar type, whose tiles are half as long
        let double = uniform::<f64>(noise, 8, 5);
        assert!(all.iter().zip(&double).all(|(&single, &double)| f64::from(single).to_bits() == double.to_bits()));
        // other seeds, layers and steps have others
        for other in [Noise::new(8), noise.after(1), noise.at(1), Noise::of_step(7, 1)] {
            let other = uniform::<f32>(other, 4, 5);
            assert!(all.iter().zip(&other).filter(|(a, b)| a.to_bits() == b.to_bits()).count() < 2);
        }
    }

    #[test]
    fn uniform_numbers_are_uniform() {
        let numbers = uniform::<f64>(Noise::new(1), 20_000, 6);
        let count = numbers.len() as f64;
        let mut counts = [0_u32; 100];
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number from [0, 1)")]
        for number in &numbers {
            counts[(number * 100.0) as usize] += 1;
        }
        let expected = count / 100.0;
        let chi_squared: f64 = counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        // 99 degrees of freedom, five standard deviations
        assert!((chi_squared - 99.0).abs() < 5.0 * (2.0_f64 * 99.0).sqrt(), "{chi_squared}");
        // neighbours know nothing of each other, neither among the features nor among the samples
        for apart in [1, 2, 6, 48] {
            let pairs = numbers.iter().zip(&numbers[apart..]).map(|(a, b)| (a - 0.5) * (b - 0.5));
            let correlation = 12.0 * pairs.sum::<f64>() / count;
            assert!(correlation.abs() < 5.0 / count.sqrt(), "{apart} apart: {correlation}");
        }
    }

    #[test]
    fn normal_numbers_are_normal() {
        let noise = Noise::new(2);
        let numbers: Vec<f64> = Numbers { noise, tiles: 20_000, features: 6, normal: true }.of();
        let count = numbers.len() as f64;
        let moment = |power| numbers.iter().map(|number| number.powi(power)).sum::<f64>() / count;
        // each within five standard deviations of itself
        for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            let tolerance = 5.0 * f64::sqrt(variance / count);
            assert!((moment(power) - expected).abs() < tolerance, "moment {power}: {}", moment(power));
        }
        // beyond 3: 0.0027 of all
        let far = numbers.iter().filter(|number| number.abs() > 3.0).count() as f64;
        assert!((far - 0.002_699_8 * count).abs() < 5.0 * (0.0027 * count).sqrt(), "{far}");
        // both types know the same numbers
        let single: Vec<f32> = Numbers { noise, tiles: 10_000, features: 6, normal: true }.of();
        assert!(single.iter().zip(&numbers).all(|(&single, double)| (f64::from(single) - double).abs() < 1e-5));
    }
}
