//! Initialisers of a fixed scale against what Keras says of it, those that are told their numbers against large draws of
//! Keras's; whole matrices, number by number.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Deserialize;
use typenet::initializers::{
    Constant, Distribution, Fan, GlorotNormal, GlorotUniform, HeNormal, HeUniform, Identity, Initializer, LecunNormal,
    LecunUniform, Mode, Ones, Orthogonal, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling, Zeros,
};
use typenet::prelude::*;

use crate::support::fixture;

#[derive(Deserialize)]
struct Initializers {
    cases: Vec<FixedScale>,
    draws: Vec<Draw>,
    identities: Vec<IdentityCase>,
}

#[derive(Deserialize)]
struct FixedScale {
    name: String,
    fan_in: usize,
    fan_out: usize,
    variance: f64,
    limit: f64,
}

#[derive(Deserialize)]
struct Draw {
    name: String,
    fan_in: usize,
    fan_out: usize,
    count: usize,
    mean: f64,
    variance: f64,
    min: f64,
    max: f64,
}

#[derive(Deserialize)]
struct IdentityCase {
    shape: [usize; 2],
    gain: f64,
    values: Vec<f64>,
}

/// Many draws: their mean, variance and extremes against what Keras draws from.
fn check_scale(case: &FixedScale, initializer: impl Initializer) {
    let rng = &mut StdRng::seed_from_u64(3);
    let mut values = vec![0.0_f64; 200_000];
    initializer.fill(&mut values, Fan { inputs: case.fan_in, outputs: case.fan_out }, rng);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
    let extreme = values.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    let what = format!("{} of {} -> {}", case.name, case.fan_in, case.fan_out);
    // five standard errors of the mean; the variance of the variance is smaller than that of a normal distribution
    assert!(mean.abs() < 5.0 * (case.variance / count).sqrt(), "{what}: mean {mean}");
    assert!((variance / case.variance - 1.0).abs() < 0.015, "{what}: variance {variance}, Keras {}", case.variance);
    assert!((0.995..=1.000_001).contains(&(extreme / case.limit)), "{what}: extreme {extreme}, Keras {}", case.limit);
}

#[test]
fn fixed_scales() {
    let fixture: Initializers = fixture("initializers");
    for case in &fixture.cases {
        match case.name.as_str() {
            "glorot_uniform" => check_scale(case, GlorotUniform),
            "glorot_normal" => check_scale(case, GlorotNormal),
            "he_uniform" => check_scale(case, HeUniform),
            "he_normal" => check_scale(case, HeNormal),
            "lecun_uniform" => check_scale(case, LecunUniform),
            "lecun_normal" => check_scale(case, LecunNormal),
            other => panic!("no test for {other}"),
        }
    }
    assert_eq!(fixture.cases.len(), 18);
    let mut values = [9.0_f32; 3];
    let (fan, rng) = (Fan { inputs: 1, outputs: 3 }, &mut StdRng::seed_from_u64(0));
    Zeros.fill(&mut values, fan, rng);
    assert_eq!(values, [0.0; 3]);
    Ones.fill(&mut values, fan, rng);
    assert_eq!(values, [1.0; 3]);
    Constant(0.25).fill(&mut values, fan, rng);
    assert_eq!(values, [0.25; 3]);
}

/// Mean, variance and ends of as many draws as Keras has made.
fn check(keras: &Draw, initializer: impl Initializer) {
    let mut values = vec![0.0_f64; keras.count];
    let fan = Fan { inputs: keras.fan_in, outputs: keras.fan_out };
    initializer.fill(&mut values, fan, &mut StdRng::seed_from_u64(5));
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
    let name = &keras.name;
    // both means are random: seven standard errors, five times the square root of two
    assert!((mean - keras.mean).abs() < 7.0 * (keras.variance / count).sqrt(), "{name}: mean {mean}");
    assert!((variance / keras.variance - 1.0).abs() < 0.025, "{name}: variance {variance}");
    // the ends of what is not cut are themselves random
    let ends = if name.contains("untruncated") || name.starts_with("random_normal") { 0.25 } else { 0.001 };
    let (min, max) = values.iter().fold((f64::MAX, f64::MIN), |(min, max), v| (min.min(*v), max.max(*v)));
    let width = keras.max - keras.min;
    assert!((min - keras.min).abs() < ends * width, "{name}: from {min}, Keras {}", keras.min);
    assert!((max - keras.max).abs() < ends * width, "{name}: to {max}, Keras {}", keras.max);
}

#[test]
fn draws() {
    let fixture: Initializers = fixture("initializers");
    for draw in &fixture.draws {
        let words: Vec<&str> = draw.name.split(' ').collect();
        match words.as_slice() {
            ["variance_scaling", mode, distribution] => {
                let mode = match *mode {
                    "fan_in" => Mode::FanIn,
                    "fan_out" => Mode::FanOut,
                    _ => Mode::FanAvg,
                };
                let distribution = match *distribution {
                    "truncated_normal" => Distribution::TruncatedNormal,
                    "untruncated_normal" => Distribution::UntruncatedNormal,
                    _ => Distribution::Uniform,
                };
                check(draw, VarianceScaling(2.5, mode, distribution));
            }
            ["random_normal"] => check(draw, RandomNormal::default()),
            ["random_normal", ..] => check(draw, RandomNormal(0.5, 0.25)),
            ["truncated_normal"] => check(draw, TruncatedNormal::default()),
            ["truncated_normal", ..] => check(draw, TruncatedNormal(0.5, 0.25)),
            ["random_uniform"] => check(draw, RandomUniform::default()),
            ["random_uniform", ..] => check(draw, RandomUniform(-0.5, 1.5)),
            other => panic!("no test for {other:?}"),
        }
    }
    assert_eq!(fixture.draws.len(), 15, "the fixture has lost its cases");
}

#[test]
fn identities() {
    let fixture: Initializers = fixture("initializers");
    for IdentityCase { shape: [inputs, outputs], gain, values } in &fixture.identities {
        let mut ours = vec![9.0; values.len()];
        let fan = Fan { inputs: *inputs, outputs: *outputs };
        Identity(*gain).fill(&mut ours, fan, &mut StdRng::seed_from_u64(0));
        assert_eq!(&ours, values, "{inputs} by {outputs}");
    }
    assert_eq!(fixture.identities.len(), 3, "the fixture has lost its cases");
}

/// The products of all rows, or of all columns if there are fewer of them, are the square of the gain or 0.
fn check_orthogonal<T: Scalar>(inputs: usize, outputs: usize, gain: f64, tolerance: f64) {
    let mut values = vec![T::ZERO; inputs * outputs];
    Orthogonal(gain).fill(&mut values, Fan { inputs, outputs }, &mut StdRng::seed_from_u64(6));
    let at = |i: usize, o: usize| values[i * outputs + o].to_f64();
    let few = inputs.min(outputs);
    for a in 0..few {
        for b in 0..few {
            let product: f64 = if inputs < outputs {
                (0..outputs).map(|o| at(a, o) * at(b, o)).sum()
            } else {
                (0..inputs).map(|i| at(i, a) * at(i, b)).sum()
            };
            let expected = if a == b { gain * gain } else { 0.0 };
            let what = format!("{inputs} by {outputs} in {}", T::NAME);
            assert!((product - expected).abs() <= tolerance, "{what}: {a} times {b} is {product}");
        }
    }
}

#[test]
fn orthogonal() {
    for (inputs, outputs) in [(1, 1), (3, 3), (64, 32), (32, 64), (100, 100), (1, 7), (7, 1)] {
        check_orthogonal::<f64>(inputs, outputs, 1.5, 1e-14);
        check_orthogonal::<f32>(inputs, outputs, 1.0, 5e-7);
    }
    // no direction is preferred: the corner of a 3 by 3 matrix has mean 0 and mean square 1/3
    let rng = &mut StdRng::seed_from_u64(7);
    let corners: Vec<f64> = (0..10_000)
        .map(|_| {
            let mut values = [0.0; 9];
            Orthogonal(1.0).fill(&mut values, Fan { inputs: 3, outputs: 3 }, rng);
            values[8]
        })
        .collect();
    let count = corners.len() as f64;
    let mean = corners.iter().sum::<f64>() / count;
    let square = corners.iter().map(|c| c * c).sum::<f64>() / count;
    assert!(mean.abs() < 5.0 * (1.0 / 3.0 / count).sqrt(), "mean {mean}");
    assert!((square - 1.0 / 3.0).abs() < 5.0 * (0.09 / count).sqrt(), "mean square {square}");
}

/// What is written in a declaration, or left out there, is what is drawn from.
#[test]
fn declared() {
    typenet::network! {
        Declared = Dense(3 -> 3, kernel_initializer = identity(2.0), bias_initializer = random_uniform),
            Dense(200, kernel_initializer = random_uniform(3.0, 4.0), bias_initializer = random_normal),
            Dense(2, kernel_initializer = variance_scaling(1e-6, Mode::FanIn, Distribution::Uniform))
    }
    let declared = Declared::new(&mut StdRng::seed_from_u64(8));
    assert_eq!(declared.dense.kernel, nalgebra::Matrix3::identity() * 2.0);
    assert!(declared.dense.bias.iter().all(|b| *b != 0.0 && b.abs() <= 0.05));
    assert!(declared.dense_1.kernel.iter().all(|w| (3.0..4.0).contains(w)));
    assert!(declared.dense_1.bias.iter().any(|b| *b < -0.05) && declared.dense_1.bias.iter().any(|b| *b > 0.05));
    assert!(declared.dense_2.kernel.iter().all(|w| *w != 0.0 && w.abs() < 1.3e-4));
}
