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
