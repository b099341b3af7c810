//! Everything that can go wrong at run time: the error, its text, and that nothing is lost.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

use nalgebra::{Const, Dyn, OMatrix, SVector};
use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::callbacks::{LambdaCallback, Training};
use typenet::data::{Samples, Targets, from_fn};
use typenet::losses::Loss;
use typenet::prelude::*;
use typenet::{Error, HeaplessTrainer};

typenet::network! {
    Classifier = Dense(2 -> 3, relu), Dense(3 -> 2, softmax);
    Regression = Dense(2 -> 3, relu), Dense(3 -> 1);
    Large = Dense(2 -> 40, relu), Dense(40 -> 40, relu), Dense(40 -> 1);
    Rows = Embedding(2 -> 4, input_dim = 5), Dense(1);
    // the second branch has no row 4
    Branches = Concatenate(Dense(2 -> 3), (Residual(Embedding(2 -> 2, input_dim = 4)), Dense(2)), Rows), Dense(1);
    // whatever the layers before give, nobody knows before training
    Behind = Dense(2 -> 2), Embedding(2 -> 4, input_dim = 5), Dense(1);
    ThreeHeads = Dense(2 -> 4, tanh), Concatenate(Dense(1), Dense(2), Dense(1, sigmoid))
}

const X: [[f32; 2]; 3] = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
const Y: [[f32; 2]; 3] = [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]];

fn classifier() -> Classifier {
    Classifier::new(&mut StdRng::seed_from_u64(0))
}

/// Fits and expects an error with this text, and a network that has not changed.
fn refused(x: &[[f32; 2]], y: &[[f32; 2]], text: &str) -> Error {
    let mut network = classifier();
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1));
    let error = trainer.fit(&mut network, (x, y), &mut StdRng::seed_from_u64(0)).unwrap_err();
    assert_eq!(error.to_string(), text);
    assert_eq!(network, classifier());
    let batch = trainer.train_on_batch(&mut network, (x, y)).unwrap_err();
    assert_eq!(batch.to_string(), text, "train_on_batch says the same");
    let evaluation = trainer.evaluate(&network, (x, y)).unwrap_err();
    assert_eq!(evaluation.to_string(), text, "evaluate says the same");
    assert_eq!(network, classifier());
    error
}

#[test]
fn different_numbers_of_inputs_and_targets() {
    let error = refused(&X, &Y[..2], "there are 3 inputs, but 2 targets");
    assert!(matches!(error, Error::CountMismatch { inputs: 3, targets: 2 }));
}

#[test]
fn no_samples() {
    assert!(matches!(refused(&[], &[], "there are no samples"), Error::NoSamples));
}

#[test]
fn inputs_that_are_no_numbers() {
    let error = refused(&[X[0], [1.0, f32::NAN], X[2]], &Y, "input 1 of sample 1 is NaN");
    assert!(matches!(error, Error::InputNotFinite { sample: 1, index: 1, .. }));
    refused(&[X[0], X[1], [f32::NEG_INFINITY, 0.0]], &Y, "input 0 of sample 2 is -inf");
}

/// What is said of the inputs.
fn rows<N: Network<Scalar = f32>, X>(x: &X) -> String
where
    X: Samples<f32, N::Input> + ?Sized,
    for<'a> &'a [[f32; 1]]: Targets<f32, N::Output, Tile = Tile<f32, 1>>,
    MeanSquaredError: Loss<f32, N::Head, N::Output, Tile<f32, 1>>,
{
    let y = &vec![[0.0]; x.count()][..];
    let rng = &mut StdRng::seed_from_u64(0);
    let mut network = Box::new(N::zeroed());
    network.initialize(rng);
    let before = network.clone();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
    let Err(error) = trainer.fit(&mut *network, (x, &y), rng) else { return String::new() };
    assert!(network == before, "{error}");
    let said = error.to_string();
    if let Error::InputNotRow { .. } = error {
        assert_eq!(trainer.evaluate(&network, (x, &y)).unwrap_err().to_string(), said, "evaluate says the same");
    }
    said
}

#[test]
fn inputs_that_are_no_rows_of_an_embedding() {
    let text = |index, sample, value: &str, last| {
        format!(
            "input {index} of sample {sample} is {value}, but an `Embedding` takes it, which has the rows 0 to {last}"
        )
    };
    for (number, value) in [(5.0, "5"), (-1.0, "-1"), (0.5, "0.5"), (f32::NAN, "NaN"), (f32::INFINITY, "inf")] {
        assert_eq!(rows::<Rows, _>(&[[0.0, 4.0], [3.0, number]]), text(1, 1, value, 4));
    }
    assert_eq!(rows::<Rows, _>(&[[0.0, 4.0], [3.0, -0.0]]), "");
    assert_eq!(rows::<Branches, _>(&[[3.0, 0.0], [4.0, 0.0]]), text(0, 1, "4", 3));
    assert_eq!(rows::<Branches, _>(&[[3.0, 0.0], [2.0, 0.0]]), "");
    assert!(rows::<Behind, _>(&[[3.0, 0.0], [2.0, 0.0]]).starts_with("the loss became NaN in epoch 1, batch 1"));

    // every kind of data
    let expected = text(1, 2, "7", 4);
    let bad = [[1.0, 2.0], [3.0, 4.0], [0.0, 7.0]];
    assert_eq!(rows::<Rows, _>(&bad[..]), expected);
    assert_eq!(rows::<Rows, _>(&bad.map(SVector::from)), expected);
    assert_eq!(rows::<Rows, _>(&OMatrix::<f32, Const<2>, Dyn>::from_fn(3, |i, sample| bad[sample][i])), expected);
    assert_eq!(rows::<Rows, _>(&OMatrix::<f32, Dyn, Const<2>>::from_fn(3, |sample, i| bad[sample][i])), expected);
    assert_eq!(rows::<Rows, _>(&ndarray::arr2(&bad)), expected);
    assert_eq!(rows::<Rows, _>(&from_fn(3, |sample| bad[sample])), expected);

    // and batch by batch, where samples are counted from the begin of the epoch
    let rng = &mut StdRng::seed_from_u64(0);
    let mut network = Rows::new(rng);
    let batches = |_| [[[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [1.0, 9.0]]].map(|x| Ok::<_, Error>((x, [[0.0]; 2])));
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
    let error = trainer.fit_batches(&mut network, batches, rng).unwrap_err();
    assert!(matches!(error, Error::InputNotRow { sample: 3, index: 1, value: 9.0, rows: 5 }), "{error}");
    let error = trainer.evaluate_batches(&network, batches(1)).unwrap_err();
    assert!(matches!(error, Error::InputNotRow { sample: 3, .. }), "{error}");
    let mut heapless = HeaplessTrainer::<_, _, _, 1>::new(MeanSquaredError, Sgd::new(0.1));
    let error = heapless.train_on_batch(&mut network, (&bad, &[[0.0]; 3])).unwrap_err();
    assert!(matches!(error, Error::InputNotRow { sample: 2, .. }), "{error}");
}

#[test]
fn targets_that_are_no_numbers_or_no_probabilities() {
    refused(&X, &[[f32::INFINITY, 0.0], Y[1], Y[2]], "target 0 of sample 0 is inf");
    let text = "target 1 of sample 1 is 1.5, but this loss takes probabilities from 0 to 1";
    assert!(matches!(refused(&X, &[Y[0], [0.0, 1.5], Y[2]], text), Error::TargetNotProbability { sample: 1, .. }));
    let text = "target 0 of sample 2 is -1, but this loss takes probabilities from 0 to 1";
    refused(&X, &[Y[0], Y[1], [-1.0, 0.0]], text);
}

#[test]
fn targets_of_a_head_that_are_no_probabilities() {
    let rng = &mut StdRng::seed_from_u64(0);
    let second = Heads::<2, 1, _, _>::new(FromLogits(CategoricalCrossEntropy), MeanSquaredError);
    let loss = Heads::<1, 3, _, _>::new(MeanAbsoluteError, second);
    let mut network = ThreeHeads::new(rng);
    let mut trainer = Trainer::new(loss, Sgd::new(0.1)).epochs(1);
    // any number is a target of the first head, and of the last
    let fine = [[5.0, 1.0, 0.0, -7.0]; 3];
    trainer.fit(&mut network, (&X, &fine), rng).unwrap();
    for index in [1, 2] {
        let mut wrong = fine;
        wrong[2][index] = 1.5;
        let error = trainer.fit(&mut network, (&X, &wrong), rng).unwrap_err();
        assert!(matches!(error, Error::TargetNotProbability { sample: 2, .. }), "{error}");
        let text = format!("target {index} of sample 2 is 1.5, but this loss takes probabilities from 0 to 1");
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn classes_without_an_output() {
    let mut network = classifier();
    let mut trainer = Trainer::new(SparseCategoricalCrossEntropy, Sgd::new(0.1));
    let rng = &mut StdRng::seed_from_u64(0);
    let error = trainer.fit(&mut network, (&X, &[0_usize, 2, 1]), rng).unwrap_err();
    assert_eq!(error.to_string(), "the target of sample 1 is class 2, but the network has 2 outputs");
    let error = trainer.train_on_batch(&mut network, (&X, &[0_i32, 1, -1])).unwrap_err();
    assert_eq!(error.to_string(), "the target of sample 2 is class -1, but the network has 2 outputs");
    let error = trainer.train_on_batch(&mut network, (&X, &[0_u64, 1, u64::MAX])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the target of sample 2 is class 18446744073709551615, but the network has 2 outputs"
    );
    assert_eq!(network, classifier());
}

#[test]
fn a_batch_size_or_epochs_of_zero() {
    let (mut network, rng) = (classifier(), &mut StdRng::seed_from_u64(0));
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).batch_size(0);
    assert_eq!(trainer.fit(&mut network, (&X, &Y), rng).unwrap_err().to_string(), "the batch size is 0");
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).epochs(0);
    assert_eq!(trainer.fit(&mut network, (&X, &Y), rng).unwrap_err().to_string(), "the number of epochs is 0");
    assert_eq!(network, classifier());
}

#[test]
fn a_validation_split_that_leaves_nothing() {
    let (mut network, rng) = (classifier(), &mut StdRng::seed_from_u64(0));
    for (split, training) in [(1.0, 0), (0.9, 0), (-0.5, 4), (0.01, 2), (f64::NAN, 0)] {
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).validation_split(split);
        let result = trainer.fit(&mut network, (&X, &Y), rng);
        if split == 0.01 {
            // 2 of 3 samples are left to train on, 1 to validate
            assert_eq!(result.unwrap().epochs.len(), 1);
            network = classifier();
            continue;
        }
        let text = format!("a validation split of {split} of 3 samples leaves {training} for training");
        assert_eq!(result.unwrap_err().to_string(), text);
        assert_eq!(network, classifier());
    }
}

#[test]
fn a_loss_that_diverges() {
    let mut network = Regression::new(&mut StdRng::seed_from_u64(1));
    let y = [[1e3_f32], [2e3], [3e3]];
    let rng = &mut StdRng::seed_from_u64(0);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e6).momentum(0.9)).epochs(100).batch_size(2);
    let error = trainer.fit(&mut network, (&X, &y), rng).unwrap_err();
    let Error::Diverged { epoch, batch, loss } = error else { panic!("{error}") };
    assert!(!loss.is_finite());
    assert!((1..=100).contains(&epoch) && (1..=2).contains(&batch), "epoch {epoch}, batch {batch}");
    assert!(error.to_string().contains(&format!("in epoch {epoch}, batch {batch};")), "{error}");
    assert!(network.as_flat().iter().all(|number| number.is_finite()), "the last finite parameters: {network:?}");
    let kept = Trainer::<Regression, _, _>::new(MeanSquaredError, Sgd::new(0.0)).evaluate(&network, (&X, &y)).unwrap();
    assert!(kept.loss.is_finite(), "they give a finite loss: {}", kept.loss);
    // and training can go on from there
    let mut gentle = Trainer::new(MeanSquaredError, Sgd::new(0.0));
    gentle.fit(&mut network, (&X, &y), rng).unwrap();
}

/// The parameters of a large network move aside while no callback looks: no one must see that.
#[test]
fn a_large_network_learns_and_diverges_alike_whoever_looks() {
    let y = [[1.0_f32], [-2.0], [3.0]];
    for (rate, diverges) in [(1e-3, false), (1e3, true)] {
        let start = Large::new(&mut StdRng::seed_from_u64(1));
        let (mut alone, mut watched) = (start.clone(), start);
        let (mut batches, mut epochs) = (Vec::new(), Vec::new());
        let trainer = || Trainer::new(MeanSquaredError, Sgd::new(rate).momentum(0.9)).epochs(5).batch_size(2);
        let first = trainer()
            .callback(LambdaCallback::on_epoch_end(|training: &mut Training<'_, Large>| {
                epochs.push(training.network.clone());
            }))
            .fit(&mut alone, (&X, &y), &mut StdRng::seed_from_u64(0));
        let second = trainer()
            .callback(LambdaCallback::on_batch_end(|training: &mut Training<'_, Large>| {
                batches.push(training.network.clone());
            }))
            .fit(&mut watched, (&X, &y), &mut StdRng::seed_from_u64(0));
        assert_eq!(first.is_err(), diverges, "{first:?}");
        let told = |result: Result<History, Error>| match result {
            Ok(history) => history.loss().map(f64::to_bits).collect(),
            Err(Error::Diverged { epoch, batch, .. }) => vec![epoch as u64, batch as u64],
            Err(other) => panic!("{other}"),
        };
        assert_eq!(told(first), told(second));
        assert_eq!(alone, watched);
        if diverges {
            // what gave the last finite loss
            assert_eq!(Some(&alone), batches.iter().rev().nth(1));
        } else {
            assert_eq!(epochs.len(), 5);
            assert!(
                epochs.iter().eq(batches.iter().skip(1).step_by(2)),
                "a callback at the end of an epoch sees its end"
            );
            assert_eq!(Some(&alone), epochs.last());
        }
    }
}

#[test]
fn predictions_that_do_not_fit_the_buffer() {
    let mut pass = Pass::new();
    let error = pass.predict(&classifier(), &X, &mut [[0.0; 2]; 2]).unwrap_err();
    assert_eq!(error.to_string(), "there is room for 2 predictions, but there are 3 samples");
    let error = pass.backward(&classifier(), &X, &Y[..1], &mut []).unwrap_err();
    assert_eq!(error.to_string(), "there are 3 inputs, but 1 targets");
    let error = pass.backward(&classifier(), &X, &Y, &mut [[0.0; 2]; 1]).unwrap_err();
    assert_eq!(error.to_string(), "there is room for 1 predictions, but there are 3 samples");
}

/// What is asked for each of its samples by a number of 32 bits.
#[test]
#[cfg(target_pointer_width = "64")]
fn more_samples_than_are_counted() {
    let x = from_fn(1 << 32, |_| [0.0_f32; 2]);
    let d = from_fn(1 << 32, |_| [1.0_f32; 2]);
    let (network, mut pass) = (classifier(), Pass::new());
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1));
    let errors = [
        pass.predict(&network, &x, &mut []).unwrap_err(),
        pass.backward(&network, &x, &d, &mut []).unwrap_err(),
        network.quantize(&x).unwrap_err(),
        trainer.evaluate(&network, (&x, &d)).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.to_string(), "there are 4294967296 samples, more than 4294967295");
    }
}
