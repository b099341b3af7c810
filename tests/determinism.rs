//! The same seed gives the same bits; instruction sets agree within rounding.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use typenet::prelude::*;
use typenet::simd::{Level, level};

use crate::support::{levels, xor_samples};

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Wide = Dense(2 -> 70, tanh), Dense(70 -> 33, gelu), Dense(33 -> 2, softmax)
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
