//! Layers of every size, on every instruction set, against loops that anyone can read.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use typenet::data::{Samples, Targets};
use typenet::losses::Loss;
use typenet::prelude::*;

use crate::support::levels;

/// A layer of that many inputs and outputs, and one of two outputs after it.
macro_rules! sizes {
    ($($name:ident $double:ident $n:literal),*) => {
        typenet::network! {
            $(
                $name = Dense($n -> $n), Dense($n -> 2);
                $double: f64 = Dense($n -> $n), Dense($n -> 2);
            )*
        }

        #[test]
        fn every_size_on_every_instruction_set() {
            $(check::<$name, f32, $n>(1e-5);)*
        }

        #[test]
        fn every_size_in_f64() {
            $(check::<$double, f64, $n>(1e-13);)*
        }
    };
}

sizes!(
    One One64 1, Two Two64 2, Three Three64 3, Five Five64 5, Eight Eight64 8, Sixteen Sixteen64 16,
    Seventeen Seventeen64 17, ThirtyOne ThirtyOne64 31, ThirtyTwo ThirtyTwo64 32, ThirtyThree ThirtyThree64 33,
    SixtyFour SixtyFour64 64, Odd Odd64 127, Even Even64 128, Thousand Thousand64 1000
);

/// What a step must make of the parameters, and the outputs before it, in `f64` and in the order of the definition.
fn reference(flat: &[f64], n: usize, x: &[Vec<f64>], t: &[[f64; 2]], rate: f64) -> (Vec<f64>, Vec<[f64; 2]>) {
    let (w0, rest) = flat.split_at(n * n);
    let (b0, rest) = rest.split_at(n);
    let (w1, b1) = rest.split_at(2 * n);
    let mut new = flat.to_vec();
    let mut outputs = Vec::new();
    for (x, t) in x.iter().zip(t) {
        let mut hidden = b0.to_vec();
        for (x, w) in x.iter().zip(w0.chunks(n)) {
            hidden.iter_mut().zip(w).for_each(|(h, w)| *h += w * x);
        }
        let mut y = [b1[0], b1[1]];
        for (h, w) in hidden.iter().zip(w1.chunks(2)) {
            y.iter_mut().zip(w).for_each(|(y, w)| *y += w * h);
        }
        outputs.push(y);
        // the mean of the squares over both outputs and all samples
        let dy = [0, 1].map(|o| -rate * (y[o] - t[o]));
        let dh: Vec<f64> = w1.chunks(2).map(|w| w[0] * dy[0] + w[1] * dy[1]).collect();
        for (i, x) in x.iter().enumerate() {
            new[i * n..][..n].iter_mut().zip(&dh).for_each(|(w, d)| *w += x * d);
        }
        new[n * n..][..n].iter_mut().zip(&dh).for_each(|(b, d)| *b += d);
        for (k, h) in hidden.iter().chain([&1.0]).enumerate() {
            let w = &mut new[n * n + n + 2 * k..][..2];
            w[0] += h * dy[0];
            w[1] += h * dy[1];
        }
    }
    (new, outputs)
}

/// One step and predictions of the network `N`, one layer of `SIZE`.
fn check<N, T: Scalar, const SIZE: usize>(tolerance: f64)
where
    N: Network<Scalar = T, Input = Tile<T, SIZE>, Output = Tile<T, 2>>,
    MeanSquaredError: Loss<T, N::Head, Tile<T, 2>, Tile<T, 2>>,
    Vec<[T; SIZE]>: Samples<T, Tile<T, SIZE>>,
    Vec<[T; 2]>: Targets<T, Tile<T, 2>, Tile = Tile<T, 2>>,
{
    let rng = &mut StdRng::seed_from_u64(SIZE as u64);
    let mut start = typenet::bytemuck::zeroed_box::<N>();
    start.as_flat_mut().fill_with(|| T::from_f64(rng.random_range(-1.0..1.0) / (SIZE as f64).sqrt()));
    // less than a tile, a few, and more than are remembered at once
    for batch in [5, 37, 300] {
        if SIZE == 1000 && batch == 300 {
            continue;
        }
        let mut x = vec![[T::ZERO; SIZE]; batch];
        x.as_flattened_mut().fill_with(|| T::from_f64(rng.random_range(-1.0..1.0)));
        let t: Vec<[T; 2]> = (0..batch).map(|i| [T::from_f64(i as f64 / batch as f64), T::ONE]).collect();
        let doubles = |numbers: &[T]| numbers.iter().map(|number| number.to_f64()).collect::<Vec<f64>>();
        let x64: Vec<Vec<f64>> = x.iter().map(|x| doubles(x)).collect();
        let t64: Vec<[f64; 2]> = t.iter().map(|t| t.map(T::to_f64)).collect();
        let rate = 0.5;
        let (expected, outputs) = reference(&doubles(start.as_flat()), SIZE, &x64, &t64, rate / batch as f64);
        let near = |a: T, b: f64| (a.to_f64() - b).abs() <= tolerance * b.abs().max(1.0) * (SIZE as f64).sqrt();
        for level in levels() {
            let mut pass = Pass::new().with_level(level);
            let mut many = vec![[T::ZERO; 2]; batch];
            pass.predict(&*start, &x, &mut many).unwrap();
            for (many, expected) in many.as_flattened().iter().zip(outputs.as_flattened()) {
                assert!(near(*many, *expected), "{level:?}, {SIZE}, batch {batch}: predicted {many}, not {expected}");
            }
            let mut network = typenet::bytemuck::zeroed_box::<N>();
            network.as_flat_mut().copy_from_slice(start.as_flat());
            let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(rate)).level(level);
            trainer.train_on_batch(&mut *network, (&x, &t)).unwrap();
            for (i, (w, expected)) in network.as_flat().iter().zip(&expected).enumerate() {
                assert!(near(*w, *expected), "{level:?}, {SIZE}, batch {batch}: parameter {i} is {w}, not {expected}");
            }
            // the same by a gradient from outside
            network.as_flat_mut().copy_from_slice(start.as_flat());
            let d: Vec<[T; 2]> = many
                .iter()
                .zip(&t)
                .map(|(y, t)| [0, 1].map(|o| (y[o] - t[o]) * T::from_f64(1.0 / batch as f64)))
                .collect();
            pass.backward(&*network, &x, &d, &mut []).unwrap();
            trainer = Trainer::new(MeanSquaredError, Sgd::new(rate)).level(level);
            trainer.apply_gradient(&mut *network, &mut pass);
            for (i, (w, expected)) in network.as_flat().iter().zip(&expected).enumerate() {
                assert!(near(*w, *expected), "{level:?}, {SIZE}, batch {batch}: parameter {i} is {w}, not {expected}");
            }
        }
        let one = typenet::__private::predict(&*start, &x[0]);
        assert!(
            one.iter().zip(outputs[0]).all(|(y, expected)| near(*y, expected)),
            "{SIZE}: {one:?}, {:?}",
            outputs[0]
        );
    }
}

/// Layers of few weights and many outputs, one sample at a time: there is one product, so that no bit may differ.
macro_rules! few_to_many {
    ($($name:ident $double:ident $out:literal),*) => {
        typenet::network! {
            $($name = Dense(1 -> $out); $double: f64 = Dense(1 -> $out);)*
        }

        #[test]
        fn few_inputs_and_many_outputs() {
            let rng = &mut StdRng::seed_from_u64(1);
            $(
                let (single, double) = ($name::new(rng), $double::new(rng));
                let expected: [f32; $out] = (single.dense.kernel * nalgebra::SVector::from([1.5])).into();
                assert_eq!(single.predict(&[1.5]), expected, "1 to {}", $out);
                let expected: [f64; $out] = (double.dense.kernel * nalgebra::SVector::from([1.5])).into();
                assert_eq!(double.predict(&[1.5]), expected, "1 to {}, in f64", $out);
            )*
        }
    };
}

few_to_many!(
    To31 To31In64 31, To32 To32In64 32, To33 To33In64 33, To47 To47In64 47, To63 To63In64 63,
    To64 To64In64 64, To65 To65In64 65, To130 To130In64 130
);

network! {
    // so wide and so few outputs that the first layer reads the samples of whole tiles where they lie
    Read = Dense(128 -> 32, relu), Dense(3);
    ReadInF64: f64 = Dense(160 -> 32, tanh, bias = false), Dense(2);

    // whose weights are put down once for all samples, with some instructions
    Crowded = Dense(256 -> 512, tanh), Dense(512 -> 256, relu), Dense(3);
    CrowdedInF64: f64 = Dense(256 -> 128, relu), Dense(2)
}

/// Many predictions are those of each sample alone: of whole groups of tiles, of what is left, and of the last tile; also where
/// the parameters have changed since.
macro_rules! many_and_alone {
    ($test:ident: $network:ident $scalar:ty, $inputs:literal -> $outputs:literal, $tolerance:literal) => {
        #[test]
        fn $test() {
            let rng = &mut StdRng::seed_from_u64(2);
            let mut network = $network::boxed(rng);
            let ways = || levels().into_iter().flat_map(|level| [(level, 1), (level, 3)]);
            let mut passes: Vec<_> =
                ways().map(|(level, threads)| Pass::new().with_level(level).threads(threads)).collect();
            for count in [15, 100, 300, 300] {
                network.as_flat_mut().iter_mut().for_each(|weight| *weight *= -0.75);
                let mut x = vec![[0.0; $inputs]; count];
                x.as_flattened_mut().fill_with(|| rng.random_range(-1.0..1.0));
                let alone: Vec<[$scalar; $outputs]> = x.iter().map(|x| network.predict(x)).collect();
                for (pass, (level, threads)) in passes.iter_mut().zip(ways()) {
                    let mut many = vec![[<$scalar>::NAN; $outputs]; count];
                    pass.predict(&*network, &x, &mut many).unwrap();
                    let apart = |(many, alone): (&[$scalar; $outputs], &[$scalar; $outputs])| {
                        many.iter().zip(alone).map(|(many, alone)| (many - alone).abs()).fold(0.0, <$scalar>::max)
                    };
                    for (sample, pair) in many.iter().zip(&alone).enumerate() {
                        assert!(apart(pair) < $tolerance, "{level:?}, {threads} threads: sample {sample} of {count}");
                    }
                    assert!(many.as_flattened().iter().all(|number| number.is_finite()));
                }
            }
        }
    };
}

many_and_alone!(samples_that_nobody_gathers: Read f32, 128 -> 3, 1e-5);
many_and_alone!(samples_that_nobody_gathers_in_f64: ReadInF64 f64, 160 -> 2, 1e-13);
many_and_alone!(weights_that_are_put_down_once: Crowded f32, 256 -> 3, 1e-5);
many_and_alone!(weights_that_are_put_down_once_in_f64: CrowdedInF64 f64, 256 -> 2, 1e-13);
