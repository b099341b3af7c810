//! The same seed gives the same bits; instruction sets agree within rounding.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use typenet::prelude::*;
use typenet::simd::{Level, level};

use crate::support::{levels, xor_samples};

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Wide = Dense(2 -> 70, tanh), Dense(70 -> 33, gelu), Dense(33 -> 2, softmax);
    /// Products of every kind: of many inputs, and of outputs that fill no vector.
    Large = Dense(150 -> 96, tanh), Dense(96 -> 33, relu), Residual(Dense(33 -> 33, selu)), Dense(33 -> 10);
    /// One whose first layer reads the samples of a prediction where they lie, and whose second could.
    Long = Dense(301 -> 128, tanh), Dense(128 -> 32, tanh), Dense(32 -> 3)
}

/// The bits of all parameters after some epochs, and those of the history.
fn train<N: Network<Scalar = f32, Input = Tile<f32, 2>, Output = Tile<f32, 2>>>(
    seed: u64,
    level: Level,
    start: impl Fn(&mut StdRng) -> N,
) -> (Vec<u32>, Vec<u64>, u64)
where
    CategoricalCrossEntropy: typenet::losses::Loss<f32, N::Head, Tile<f32, 2>, Tile<f32, 2>>,
{
    let rng = &mut StdRng::seed_from_u64(seed);
    let (x, y) = xor_samples(500, rng);
    let mut network = start(rng);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01).momentum(0.9)).level(level);
    trainer = trainer.epochs(5).batch_size(33).validation_split(0.2);
    let history = trainer.fit(&mut network, (&x, &y), rng).unwrap();
    let parameters = network.as_flat().iter().map(|w| w.to_bits()).collect();
    (parameters, history.loss().chain(history.validation_loss()).map(f64::to_bits).collect(), rng.next_u64())
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    assert_eq!(train(1, level(), Xor::new), train(1, level(), Xor::new));
    assert_eq!(train(1, level(), Wide::new), train(1, level(), Wide::new));
    assert_ne!(train(1, level(), Xor::new).0, train(2, level(), Xor::new).0);
}

#[test]
fn samples_that_lie_elsewhere_give_the_same_predictions() {
    use nalgebra::{Const, Dyn, OMatrix};

    let rng = &mut StdRng::seed_from_u64(5);
    let long = Long::boxed(rng);
    for samples in [1, 16, 47, 64, 96, 139] {
        let x: Vec<[f32; 301]> = (0..samples).map(|_| [(); 301].map(|()| rng.random_range(-1.0..1.0))).collect();
        // of each number all samples side by side, so that they must be gathered
        let columns = OMatrix::from_fn_generic(Dyn(samples), Const::<301>, |sample, number| x[sample][number]);
        for level in levels() {
            let (mut read, mut gathered) = (vec![[0.0; 3]; samples], vec![[0.0; 3]; samples]);
            let mut pass = Pass::new().with_level(level);
            pass.predict(&*long, &x, &mut read).unwrap();
            pass.predict(&*long, &columns, &mut gathered).unwrap();
            let bits = |y: &[[f32; 3]]| y.as_flattened().iter().map(|y| y.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&read), bits(&gathered), "{samples} samples, {level:?}");
            assert_ne!(read[0], [0.0; 3]);
        }
    }
}

#[test]
fn data_of_every_kind_gives_the_same_bits() {
    use nalgebra::{Matrix2xX, MatrixXx2, SVector};

    fn fit<X, Y>(x: &X, y: &Y) -> Vec<u32>
    where
        X: typenet::data::Samples<f32, Tile<f32, 2>> + ?Sized,
        Y: typenet::data::Targets<f32, Tile<f32, 2>, Tile = Tile<f32, 2>> + ?Sized,
    {
        let rng = &mut StdRng::seed_from_u64(3);
        let mut xor = Xor::new(rng);
        let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).epochs(2).batch_size(17);
        trainer.fit(&mut xor, (x, y), rng).unwrap();
        xor.as_flat().iter().map(|w| w.to_bits()).collect()
    }

    let (x, y) = xor_samples(100, &mut StdRng::seed_from_u64(0));
    let expected = fit(&x, &y);
    let vectors = |rows: &[[f32; 2]]| rows.iter().map(|row| SVector::from(*row)).collect::<Vec<_>>();
    assert_eq!(fit(x.as_slice(), y.as_slice()), expected, "slices");
    assert_eq!(fit(&vectors(&x), &vectors(&y)), expected, "vectors of nalgebra");
    let columns = |rows: &[[f32; 2]]| Matrix2xX::from_column_slice(rows.as_flattened());
    assert_eq!(fit(&columns(&x), &columns(&y)), expected, "a matrix with a sample in each column");
    let rows = |rows: &[[f32; 2]]| MatrixXx2::from_row_slice(rows.as_flattened());
    assert_eq!(fit(&rows(&x), &rows(&y)), expected, "a matrix with a sample in each row");
    let array: [[f32; 2]; 100] = x.clone().try_into().unwrap();
    assert_eq!(fit(&array, &rows(&y)), expected, "an array");
}

#[test]
fn tiles_side_by_side_give_the_bits_of_each_alone() {
    let rng = &mut StdRng::seed_from_u64(5);
    let large = Large::boxed(rng);
    let mut numbers = |count| (0..count).map(|_| rng.random_range(-1.0..1.0)).collect::<Vec<f32>>();
    let (x, d_y) = (numbers(90 * 150), numbers(90 * 10));
    let (x, d_y) = (x.as_chunks::<150>().0, d_y.as_chunks::<10>().0);
    for level in levels() {
        let pass = || Pass::<Large>::new().with_level(level);
        // 16 samples are a tile, the last one is often ragged
        for count in [1, 16, 17, 32, 40, 48, 64, 70, 80, 90] {
            let (x, d_y) = (&x[..count], &d_y[..count]);
            let (mut together, mut alone) = (pass(), pass());
            let (mut y, mut d_x) = (vec![[0.0; 10]; count], vec![[0.0; 150]; count]);
            together.predict(&large, x, &mut y).unwrap();
            together.backward(&large, x, d_y, &mut d_x).unwrap();
            for (((x, d_y), y), d_x) in x.chunks(16).zip(d_y.chunks(16)).zip(y.chunks(16)).zip(d_x.chunks(16)) {
                let (mut y_alone, mut d_x_alone) = (y.to_vec(), d_x.to_vec());
                y_alone.fill([0.0; 10]);
                d_x_alone.fill([0.0; 150]);
                alone.predict(&large, x, &mut y_alone).unwrap();
                alone.backward(&large, x, d_y, &mut d_x_alone).unwrap();
                assert!(y == y_alone && d_x == d_x_alone, "{count} samples, {level:?}");
            }
            // the lanes of what is summed are added up at the end of each call, so that this is rounded otherwise
            for (a, b) in together.gradient().as_flat().iter().zip(alone.gradient().as_flat()) {
                assert!((a - b).abs() <= 1e-4 * b.abs().max(1.0), "{count} samples, {level:?}: {a}, alone {b}");
            }
        }
    }
}

#[test]
fn instruction_sets_agree() {
    let (best, ..) = train(1, level(), Wide::new);
    for level in levels() {
        let (parameters, ..) = train(1, level, Wide::new);
        for (a, b) in parameters.iter().zip(&best) {
            let (a, b) = (f32::from_bits(*a), f32::from_bits(*b));
            assert!((a - b).abs() <= 1e-4 * b.abs().max(1.0), "{level:?}: {a}, best {b}");
        }
    }
}
