//! Quantised networks compute what the formulas say, and nearly what the network does.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use typenet::Error;
use typenet::prelude::*;
use typenet::quantized::{Affine, QuantizableNetwork, Quantized, Range};

network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    One = Dense(3 -> 2);
    Inner = Dense(6 -> 6, tanh);
    Every = Normalization(4), Rescaling(4, scale = 0.5, offset = 0.25), Dense(6, bias = false), Activation(gelu), UnitNormalization,
        Dropout(0.5), [Dense(6 -> 6, relu); 3], Residual(Dense(6 -> 9, silu), Dense(9 -> 6)), Inner,
        [Residual(Dense(6 -> 6, elu)); 2], Dense(6 -> 3, softmax);
    Large = Dense(200 -> 700, relu), Dense(700 -> 5, sigmoid);
}

fn samples<const N: usize>(count: usize, rng: &mut StdRng) -> Vec<[f32; N]> {
    (0..count).map(|_| std::array::from_fn(|_| rng.random_range(-2.0..3.0))).collect()
}

/// The largest difference between an output of the network and of the integers.
fn apart<const I: usize, const O: usize>(
    x: &[[f32; I]],
    real: impl Fn(&[f32; I]) -> [f32; O],
    integer: impl Fn(&[f32; I]) -> [f32; O],
) -> f32 {
    let apart = x.iter().flat_map(|x| real(x).into_iter().zip(integer(x)));
    apart.map(|(real, integer)| (real - integer).abs()).fold(0.0, f32::max)
}

#[test]
fn integers_stand_for_the_whole_range_and_exactly_for_zero() {
    for (min, max) in [(0.0, 6.0), (-3.0, 0.0), (-1.0, 2.5), (-1e-30, 1e30), (-3e38, 3e38), (0.0, 1e-42), (0.0, 0.0)] {
        let mut range = Range { min: 0.0, max: 0.0 };
        range.observe(min);
        range.observe(max);
        let affine = Affine::of(range);
        assert_eq!(i32::from(affine.quantize(0.0)), affine.zero_point, "{min}..{max}");
        for step in 0_u8..=100 {
            let share = f32::from(step) / 100.0;
            let number = min * (1.0 - share) + max * share;
            let back = affine.scale * (f32::from(affine.quantize(number)) - affine.zero_point as f32);
            // half a step, and another half at the ends, where the zero point was rounded
            assert!((back - number).abs() <= affine.scale * 1.001, "{min}..{max}: {number} became {back}");
        }
    }
    let mut range = Range { min: 0.0, max: 0.0 };
    for number in [f32::NEG_INFINITY, f32::NAN, f32::INFINITY] {
        range.observe(number);
    }
    assert_eq!(range, Range { min: f32::MIN, max: f32::MAX });
    assert!(Affine::of(range).scale.is_finite());
    let affine = Affine::of(Range { min: 0.0, max: 6.0 });
    assert_eq!([-1.0, 0.0, 6.0, 1e30, f32::INFINITY].map(|x| affine.quantize(x)), [-128, -128, 127, 127, 127]);
}

/// The sum with the zero point in the bias is that of the numbers that the integers stand for. One layer is all of its
/// network, so what it becomes is seen through its predictions: of the zero sample, and of each input alone.
#[test]
fn a_layer_is_the_sum_of_what_its_integers_stand_for() -> Result<(), Error> {
    let rng = &mut StdRng::seed_from_u64(5);
    let mut one = One::new(rng);
    one.dense.bias[1] = -0.75;
    let x = samples::<3>(200, rng);
    let quantized: Quantized<One> = one.quantize(&x)?;
    let range = x.as_flattened().iter().fold(Range { min: 0.0, max: 0.0 }, |mut range, x| {
        range.observe(*x);
        range
    });
    let affine = Affine::of(range);
    for x in &x {
        for (o, y) in quantized.predict(x).into_iter().enumerate() {
            let row: Vec<f32> = (0..3).map(|i| one.dense.kernel[(o, i)]).collect();
            let scale = f64::from(row.iter().fold(0.0, |max: f32, w| max.max(w.abs())) / 127.0);
            let sum: f64 = row
                .iter()
                .zip(x)
                .map(|(w, x)| {
                    let x = f64::from(affine.quantize(*x)) - f64::from(affine.zero_point);
                    (f64::from(*w) / scale).round() * x
                })
                .sum();
            let step = scale * f64::from(affine.scale);
            let bias = (f64::from(one.dense.bias[o]) / step).round();
            let expected = step * (bias + sum);
            assert!((f64::from(y) - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{y}, not {expected}");
        }
    }
    Ok(())
}

#[test]
fn every_kind_of_layer_is_near_what_it_is_in_real_numbers() -> Result<(), Error> {
    let mut largest: f32 = 0.0;
    for seed in 0..20 {
        let rng = &mut StdRng::seed_from_u64(seed);
        let mut every = Every::new(rng);
        let x = samples::<4>(300, rng);
        every.normalization.adapt(&x)?;
        let quantized = every.quantize(&x)?;
        assert_eq!(quantized, Quantized::new(&every, &x)?);
        let apart = apart(&x, |x| every.predict(x), |x| quantized.predict(x));
        assert!(apart > 0.0, "nothing was rounded");
        largest = largest.max(apart);
    }
    println!("largest difference of a probability: {largest}");
    assert!(largest < 0.05, "{largest}");
    Ok(())
}

#[test]
fn a_large_network_is_a_quarter_as_large() -> Result<(), Error> {
    let rng = &mut StdRng::seed_from_u64(3);
    let large = Large::boxed(rng);
    let x = samples::<200>(20, rng);
    let quantized = Quantized::boxed(&*large, &x)?;
    assert_eq!(Quantized::<Large>::BYTES, 200 * 700 + 700 * 5 + 8 * (700 + 5) + 2 * 8);
    assert!((Quantized::<Large>::BYTES as f64) < 0.27 * size_of::<Large>() as f64);
    let apart = apart(&x, |x| large.predict(x), |x| quantized.predict(x));
    assert!(apart < 0.02, "{apart}");
    Ok(())
}

#[test]
fn unusual_numbers_neither_panic_nor_overflow() -> Result<(), Error> {
    let near = |found: f32, expected: f32| (found - expected).abs() <= 1e-6 * expected.abs();
    let mut one = One::new(&mut StdRng::seed_from_u64(0));
    // no weights, only biases
    one.dense.kernel.fill(0.0);
    one.dense.bias.copy_from_slice(&[1e6, -1e-6]);
    let y = one.quantize(&[[1.0, 2.0, 3.0]])?.predict(&[1.0, 2.0, 3.0]);
    assert!(near(y[0], 1e6) && near(y[1], -1e-6), "{y:?}");
    // a bias beyond all weights
    one.dense.kernel.fill(1e-9);
    let y = one.quantize(&[[1e-3, 0.0, 0.0]])?.predict(&[1e-3, 0.0, 0.0]);
    assert!(near(y[0], 1e6), "{y:?}");
    // inputs that are all 0, then others
    one.dense.kernel.fill(1.0);
    let quantized = one.quantize(&[[0.0; 3]])?;
    assert!(near(quantized.predict(&[0.0; 3])[0], 1e6));
    for x in [f32::MAX, f32::MIN, f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        let _ = quantized.predict(&[x; 3]);
    }
    // as far apart as numbers can be
    one.dense.kernel.fill(f32::MAX);
    let _ = one.quantize(&[[f32::MAX, f32::MIN, 0.0]])?.predict(&[f32::MIN_POSITIVE; 3]);
    Ok(())
}

#[test]
fn calibration_needs_samples_of_finite_numbers() {
    fn fault<N: QuantizableNetwork>(result: Result<Quantized<N>, Error>) -> String {
        result.err().map_or_else(String::new, |error| error.to_string())
    }
    let one = One::new(&mut StdRng::seed_from_u64(0));
    assert_eq!(fault(one.quantize(&Vec::<[f32; 3]>::new())), "there are no samples");
    assert_eq!(fault(one.quantize(&[[0.0; 3], [0.0, f32::NAN, 0.0]])), "input 1 of sample 1 is NaN");
    // and so do the parameters
    for (number, name) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf")] {
        let mut one = one.clone();
        one.dense.bias[1] = number;
        let expected = "parameter 7 of the network is NaN, so that it cannot be quantised (has training diverged?)";
        assert_eq!(fault(one.quantize(&[[0.0; 3]])), expected.replace("NaN", name));
    }
}

/// `examples/data/xor.int8.safetensors`, which is built into programs: it is the network beside it in integers.
/// `UPDATE_EXPECT=1` writes it anew.
#[test]
fn the_file_that_is_built_in() -> Result<(), Error> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data");
    let rng = &mut StdRng::seed_from_u64(0);
    let mut xor = Xor::new(rng);
    xor.load(folder.join("xor.safetensors"))?;
    let x = samples::<2>(1_000, rng);
    let path = folder.join("xor.int8.safetensors");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        xor.quantize(&x)?.save(&path)?;
    }
    let quantized = Quantized::<Xor>::load(&path)?;
    let right = x.iter().filter(|x| {
        let ([same, different], [a, b]) = (quantized.predict(x), xor.predict(x));
        (same > different) == (a > b)
    });
    let right = right.count();
    assert!(right >= 980, "{right} of 1000 as in real numbers");
    Ok(())
}
