//! Layers that give another number of numbers than they take, and branches side by side.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

#[path = "support/differences.rs"]
mod differences;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use typenet::layers::Branches;
use typenet::prelude::*;

use crate::differences::{SAMPLES, check_loss, check_pass, filled, numbers};

typenet::network! {
    Gates: f64 = Glu(6 -> 3), Dense(6, tanh), Residual(Dense(12), Glu), Glu;
    Merged: f64 = Concatenate(Dense(3 -> 4, tanh), Dense(4)), Multiply, Concatenate(linear, Dense(4)), Maximum,
        Concatenate(Dense(4), tanh), Subtract, Concatenate(Dense(4), linear), Minimum, Concatenate(Dense(4), tanh), Average,
        Concatenate(Dense(4), tanh), Add;
    Thrice: f64 = RepeatVector(3 -> 9), Dense(2, tanh), RepeatVector(2 -> 4);
    Parts: f64 = Concatenate((First(7 -> 5), Last(2), Dense(3, tanh)), Last(4)), Dense(6, tanh), Last(4), First(HALF);
    Rows: f64 = Embedding(3 -> 6, input_dim = 5), Dense(2, tanh)
}

#[test]
fn layers_of_another_shape() {
    let rng = &mut StdRng::seed_from_u64(13);
    check_pass("glu", &mut filled::<Gates>(rng), rng);
    check_pass("merged", &mut filled::<Merged>(rng), rng);
    check_pass("repeat vector", &mut filled::<Thrice>(rng), rng);
    check_pass("parts", &mut filled::<Parts>(rng), rng);
    let x: Vec<[f64; 3]> = (0..SAMPLES).map(|_| core::array::from_fn(|_| f64::from(rng.random_range(0..5)))).collect();
    let y = numbers::<2>(rng);
    check_loss::<Rows, _, _, _>("embedding", MeanSquaredError, &x, &y);
}

const HALF: usize = 2;

typenet::network! {
    Several = Concatenate((First(5 -> 4), Last(1)), linear, (Last(1), Embedding(2, input_dim = 3)), First(2));
    Taken = Concatenate((First(2 -> 1), Dense(1, kernel_initializer = ones)), (Last(1), Embedding(1, input_dim = 3)))
}

/// Each branch sees its part of the inputs, alone and in batches.
#[test]
fn parts_of_the_inputs() {
    let mut several = Several::new(&mut StdRng::seed_from_u64(1));
    let Branches { first: _, second: Branches { first: _, second: Branches { first: words, second: _ } } } =
        &mut several.concatenate;
    words.embedding.copy_from_slice(&[-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]);
    let x: Vec<[f32; 5]> = (0..40_u8).map(|i| [0.0, 10.0, 20.0, 30.0, 0.0].map(|x| x + f32::from(i % 3))).collect();
    let expected =
        x.iter().map(|&x| [x[3], x[0], x[1], x[2], x[3], x[4], -1.0 - 2.0 * x[4], -2.0 - 2.0 * x[4], x[0], x[1]]);
    let expected: Vec<[f32; 10]> = expected.collect();
    assert_eq!(several.predict_many(&x), expected);
    assert!(x.iter().zip(&expected).all(|(x, y)| several.predict(x) == *y));
}

/// What is no number of a row, in a part of the inputs, is found in training, which is taken back.
#[test]
fn a_part_that_is_no_row() {
    let rng = &mut StdRng::seed_from_u64(2);
    let mut taken = Taken::new(rng);
    let before = taken.clone();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
    let error = trainer.fit(&mut taken, (&[[0.5, 3.0]], &[[0.0, 0.0]]), rng).unwrap_err();
    assert!(matches!(error, typenet::Error::Diverged { .. }), "{error}");
    assert!(taken == before);
    trainer.fit(&mut taken, (&[[0.5, 2.0]], &[[0.0, 1.0]]), rng).unwrap();
    assert!(taken != before);
}

typenet::network! {
    Tower: f64 = Dense(3 -> 4, tanh), Dense(2, tanh);
    Forked: f64 = Concatenate(Dense(3 -> 4, tanh), (Dense(3 -> 3, silu), Dense(HALF)), Tower, linear), Dense(2, tanh);
    Nested: f64 = Dense(3 -> 4, tanh),
        [Concatenate(Dense(HALF, tanh), linear), Dense(4); 2],
        both: Concatenate(Concatenate(tanh, Dense(1)), Dense(2, kernel_regularizer = l2(0.5)));
    // branches in which the tiles of a batch wait for each other; nothing is remembered of a batch
    Normal: f64 = Dense(3 -> 4),
        Concatenate((Dense(3), BatchNormalization(momentum = 1), tanh), BatchNormalization(momentum = 1), linear), Dense(2);
    // large enough that gradients wait for the end of the batch
    Large: f64 = Concatenate(Dense(18 -> 34, tanh), Dense(20)), Dense(2);
    Random: f64 = Concatenate((Dropout(3, 0.5), Dense(4, kernel_constraint = unit_norm)), Dropout(0.25), ActivityRegularization(l2 = 0.5)), Dense(1)
}

#[test]
fn branches() {
    let rng = &mut StdRng::seed_from_u64(14);
    check_pass("forked", &mut filled::<Forked>(rng), rng);
    check_pass("nested", &mut filled::<Nested>(rng), rng);
    let (x, y) = (numbers::<3>(rng), numbers::<2>(rng));
    check_loss::<Normal, _, _, _>("normal, a step", MeanSquaredError, &x, &y);
    let (x, y) = (numbers::<18>(rng), numbers::<2>(rng));
    check_loss::<Large, _, _, _>("large", MeanSquaredError, &x, &y);
    let (x, y) = (numbers::<3>(rng), numbers::<7>(rng));
    check_loss::<Nested, _, _, _>("nested, a step", MeanSquaredError, &x, &y);
}

typenet::network! {
    Wide = Concatenate((Dense(64 -> 200, relu), ActivityRegularization(l1 = 0.01)), Dense(200, tanh)),
        ActivityRegularization(l2 = 0.01), Dense(8)
}

/// Branches, and what outputs cost, are the same bits with any number of threads.
#[test]
fn threads() {
    let rng = &mut StdRng::seed_from_u64(18);
    let x: Vec<[f32; 64]> = (0..600).map(|_| core::array::from_fn(|_| rng.random_range(-1.0..1.0))).collect();
    let y: Vec<[f32; 8]> = x.iter().map(|x| core::array::from_fn(|i| x[i] * x[i + 8])).collect();
    let train = |threads| {
        let rng = &mut StdRng::seed_from_u64(19);
        let mut wide = Wide::new(rng);
        let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.001)).batch_size(256).epochs(2).threads(threads);
        let history = trainer.fit(&mut wide, (&x, &y), rng).unwrap();
        (wide, history.loss().collect::<Vec<_>>())
    };
    assert!(train(1) == train(2));
}

/// What the branches give stands side by side, in their order.
#[test]
fn side_by_side() {
    assert_eq!((Forked::INPUTS, Forked::PARAMETERS), (3, 16 + (12 + 8) + Tower::PARAMETERS + (4 + 2 + 2 + 3) * 2 + 2));
    let rng = &mut StdRng::seed_from_u64(15);
    let forked = Forked::new(rng);
    let mut tower = Tower::new(rng);
    tower.clone_from(&forked.concatenate.second.second.first);
    let x = [0.5, -1.0, 2.0];
    let first = &forked.concatenate.first.dense;
    let mut inner: Vec<f64> =
        (0..4).map(|unit| (0..3).map(|i| first.kernel[(unit, i)] * x[i]).sum::<f64>().tanh()).collect();
    let second = &forked.concatenate.second.first;
    let hidden: Vec<f64> = (0..3)
        .map(|unit| (0..3).map(|i| second.dense.kernel[(unit, i)] * x[i]).sum::<f64>())
        .map(|z| z / (1.0 + (-z).exp()))
        .collect();
    inner.extend((0..2).map(|unit| (0..3).map(|i| second.dense_1.kernel[(unit, i)] * hidden[i]).sum::<f64>()));
    inner.extend(tower.predict(&x));
    inner.extend(x);
    for (unit, y) in forked.predict(&x).into_iter().enumerate() {
        let sum: f64 = inner.iter().enumerate().map(|(i, h)| forked.dense.kernel[(unit, i)] * h).sum();
        assert!((y - sum.tanh()).abs() < 1e-12);
    }
    let text = Forked::summary().to_string();
    assert!(text.contains("Concatenate"), "{text}");
}

#[test]
fn they_are_penalised_trained_and_saved_as_others() {
    let rng = &mut StdRng::seed_from_u64(16);
    let nested = Nested::new(rng);
    let kernel = &nested.both.second.dense.kernel;
    assert!((nested.penalty(None) - 0.5 * kernel.iter().map(|w| w * w).sum::<f64>()).abs() < 1e-12);
    let mut random = Random::new(rng);
    random.constrain();
    let kernel = random.concatenate.first.dense.kernel;
    assert!((kernel.row(0).iter().map(|w| w * w).sum::<f64>() - 1.0).abs() < 1e-6);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("nested.safetensors");
    nested.save(&path).unwrap();
    let mut loaded = Nested::new(rng);
    loaded.load(&path).unwrap();
    assert_eq!(loaded, nested);

    const { assert!(Random::STREAMS == 2 && Random::COSTS && !Forked::COSTS) };
    let (x, y) = (numbers::<3>(rng), numbers::<1>(rng));
    let fit = || {
        let rng = &mut StdRng::seed_from_u64(17);
        let mut random = Random::new(rng);
        let history =
            Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(5).fit(&mut random, (&x, &y), rng).unwrap();
        (random, history.loss().collect::<Vec<_>>())
    };
    assert_eq!(fit(), fit());
}
