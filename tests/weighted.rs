//! Weights of samples and of classes: three epochs, number by number as Keras makes them, and what is refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Deserialize;
use typenet::data::{Targets, sample_weight};
use typenet::losses::{ClassWeight, Loss};
use typenet::metrics::{Metric, Metrics};
use typenet::prelude::*;
use typenet::{Error, HeaplessTrainer};

use crate::support::{all_close, close, fixture};

#[derive(Deserialize)]
struct Weighted {
    data: Vec<f64>,
    classes: Vec<usize>,
    sample_weights: Vec<f64>,
    samples: usize,
    epochs: usize,
    batch_size: usize,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    class_weight: Option<Vec<f64>>,
    sample_weight: bool,
    weighted_validation: bool,
    start: Vec<f64>,
    train_loss: Vec<f64>,
    train_metric: Vec<f64>,
    train_weighted: Vec<f64>,
    val_loss: Vec<f64>,
    val_metric: Vec<f64>,
    val_weighted: Vec<f64>,
    weights: Vec<f64>,
}

network! {
    Classes: f64 = Dense(3 -> 4, tanh), Dense(3, softmax);
    Binary: f64 = Dense(3 -> 4, tanh), Dense(1, sigmoid)
}

/// Fits as Keras did, and compares all that it reports.
fn follow<N, L, M, Y, const OUT: usize>(
    all: &Weighted,
    case: &Case,
    trainer: Trainer<N, L, Sgd, M>,
    targets: &[Y],
    metric: &str,
) where
    N: Network<Scalar = f64, Input = Tile<f64, 3>, Output = Tile<f64, OUT>>,
    [Y]: Targets<f64, Tile<f64, OUT>>,
    L: Loss<f64, N::Head, Tile<f64, OUT>, <[Y] as Targets<f64, Tile<f64, OUT>>>::Tile>,
    M: Metrics<f64, Tile<f64, OUT>, <[Y] as Targets<f64, Tile<f64, OUT>>>::Tile>,
{
    let x: Vec<[f64; 3]> = all.data.chunks_exact(3).map(|row| row.try_into().unwrap()).collect();
    let (x, x_val) = x.split_at(all.samples);
    let (y, y_val) = targets.split_at(all.samples);
    let (weights, weights_val) = all.sample_weights.split_at(all.samples);
    let (y_weighted, y_val_weighted) = (sample_weight(y, weights), sample_weight(y_val, weights_val));
    let mut trainer = trainer.epochs(all.epochs).batch_size(all.batch_size).shuffle(false);
    let mut network = N::zeroed();
    network.as_flat_mut().copy_from_slice(&case.start);
    let rng = &mut StdRng::seed_from_u64(0);
    let history = match (case.sample_weight, case.weighted_validation) {
        (false, _) => trainer.fit_validated(&mut network, (x, y), (x_val, y_val), rng),
        (true, false) => trainer.fit_validated(&mut network, (x, &y_weighted), (x_val, y_val), rng),
        (true, true) => trainer.fit_validated(&mut network, (x, &y_weighted), (x_val, &y_val_weighted), rng),
    }
    .unwrap();
    let weighted = format!("weighted_{metric}");
    assert_eq!(history.epochs.len(), case.train_loss.len());
    for (i, epoch) in history.epochs.iter().enumerate() {
        let validation = epoch.validation.as_ref().unwrap();
        let name = |what: &str| format!("{} {:?} {what} of epoch {i}", case.name, case.class_weight);
        close(&name("loss"), epoch.training.loss, case.train_loss[i], 1e-12);
        close(&name("metric"), epoch.training.metric(metric).unwrap(), case.train_metric[i], 1e-12);
        close(&name("weighted metric"), epoch.training.metric(&weighted).unwrap(), case.train_weighted[i], 1e-12);
        close(&name("val_loss"), validation.loss, case.val_loss[i], 1e-12);
        close(&name("val_metric"), validation.metric(metric).unwrap(), case.val_metric[i], 1e-12);
        close(&name("val_weighted"), validation.metric(&weighted).unwrap(), case.val_weighted[i], 1e-12);
    }
    all_close(&case.name, network.as_flat(), &case.weights, 1e-12);
}

/// With the case's weights of classes, if it has any.
fn check<N, L, M, Y, const OUT: usize, const CLASSES: usize>(
    all: &Weighted,
    case: &Case,
    loss: L,
    metric: M,
    targets: &[Y],
) where
    N: Network<Scalar = f64, Input = Tile<f64, 3>, Output = Tile<f64, OUT>>,
    [Y]: Targets<f64, Tile<f64, OUT>>,
    L: Loss<f64, N::Head, Tile<f64, OUT>, <[Y] as Targets<f64, Tile<f64, OUT>>>::Tile>,
    ClassWeight<L, CLASSES>: Loss<f64, N::Head, Tile<f64, OUT>, <[Y] as Targets<f64, Tile<f64, OUT>>>::Tile>,
    M: Metric<f64, Tile<f64, OUT>, <[Y] as Targets<f64, Tile<f64, OUT>>>::Tile>,
{
    let trainer = Trainer::<N, _, _>::new(loss, Sgd::new(0.25).momentum(0.5));
    match &case.class_weight {
        None => follow(all, case, trainer.metric(metric).weighted_metric(metric), targets, M::NAME),
        Some(weights) => {
            let weights: [f64; CLASSES] = weights.as_slice().try_into().unwrap();
            let trainer = trainer.class_weight(weights).metric(metric).weighted_metric(metric);
            follow(all, case, trainer, targets, M::NAME);
        }
    }
}

#[test]
fn as_keras() {
    let all: Weighted = fixture("weighted");
    let one = |yes: bool| f64::from(u8::from(yes));
    let one_hot: Vec<[f64; 3]> = all.classes.iter().map(|class| core::array::from_fn(|i| one(i == *class))).collect();
    let binary: Vec<[f64; 1]> = all.classes.iter().map(|class| [one(*class == 1)]).collect();
    for case in &all.cases {
        match (case.name.as_str(), case.sample_weight) {
            ("categorical", _) => {
                check::<Classes, _, _, _, 3, 3>(&all, case, CategoricalCrossEntropy, CategoricalAccuracy, &one_hot);
            }
            ("sparse", _) => {
                let loss = SparseCategoricalCrossEntropy;
                check::<Classes, _, _, _, 3, 3>(&all, case, loss, SparseCategoricalAccuracy, &all.classes);
            }
            (_, false) => check::<Binary, _, _, _, 1, 2>(&all, case, BinaryCrossEntropy, BinaryAccuracy, &binary),
            (_, true) => check::<Binary, _, _, _, 1, 2>(&all, case, MeanSquaredError, BinaryAccuracy, &binary),
        }
    }
    assert_eq!(all.cases.len(), 7, "the fixture has lost its cases");
}

/// Weights of classes and of samples are multiplied, with and without a heap.
#[test]
fn both_weights_are_multiplied() {
    let (x, y) = ([[1.0, 0.0, 2.0], [0.5, -1.0, 1.0], [0.0, 2.0, -1.0]], [[1.0], [0.0], [1.0]]);
    let step = |weights: &[f64], classes: [f64; 2]| {
        let mut network = Binary::new(&mut StdRng::seed_from_u64(1));
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0)).class_weight(classes);
        let loss = trainer.train_on_batch(&mut network, (&x, &sample_weight(&y, weights))).unwrap();
        (loss, network)
    };
    let (loss, network) = step(&[1.0, 3.0, 0.5], [4.0, 2.0]);
    assert_eq!((loss, network.clone()), step(&[2.0, 12.0, 1.0], [1.0, 1.0]));
    let mut same = Binary::new(&mut StdRng::seed_from_u64(1));
    let loss_of = ClassWeight::new(MeanSquaredError, [4.0, 2.0]);
    let mut heapless = HeaplessTrainer::<Binary, _, _, 1>::new(loss_of, Sgd::new(1.0));
    let weights = [1.0, 3.0, 0.5];
    assert_eq!(heapless.train_on_batch(&mut same, (&x, &sample_weight(&y, &weights))).unwrap(), loss);
    assert_eq!(same, network);
}

#[test]
fn what_is_no_weight_is_refused() {
    let (x, y) = ([[0.0; 3]; 3], [[1.0]; 3]);
    let fit = |weights: &[f64], classes: [f64; 2]| {
        let mut network = Binary::new(&mut StdRng::seed_from_u64(1));
        let trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(1.0));
        let rng = &mut StdRng::seed_from_u64(1);
        trainer.class_weight(classes).fit(&mut network, (&x, &sample_weight(&y, weights)), rng)
    };
    assert!(fit(&[1.0, 0.0, 2.0], [1.0, 0.0]).is_ok());
    let two = fit(&[1.0; 2], [1.0; 2]).unwrap_err();
    assert_eq!(two.to_string(), "there are 2 weights of samples, but 3 targets");
    let negative = fit(&[1.0, -0.5, 1.0], [1.0; 2]).unwrap_err();
    assert_eq!(negative.to_string(), "the weight of sample 1 is -0.5; it must be finite and not negative");
    for weight in [f64::NAN, f64::INFINITY] {
        assert!(matches!(fit(&[1.0, 1.0, weight], [1.0; 2]), Err(Error::SampleWeight { sample: 2, .. })));
        assert!(matches!(fit(&[1.0; 3], [1.0, weight]), Err(Error::ClassWeight { class: 1, .. })));
    }
    let negative = fit(&[1.0; 3], [-1.0, 1.0]).unwrap_err();
    assert_eq!(negative.to_string(), "the weight of class 0 is -1; it must be finite and not negative");
}

/// A sample that is as much of one class as of another is of the first of them, as `argmax` has it.
#[test]
fn the_first_of_classes_that_are_alike() {
    let (x, tie) = ([[1.0, 0.5, 2.0]], [[0.5, 0.5, 0.0]]);
    let loss = |network: &Classes, weights: [f64; 3]| {
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(1.0)).class_weight(weights);
        trainer.train_on_batch(&mut network.clone(), (&x, &tie)).unwrap()
    };
    let network = Classes::new(&mut StdRng::seed_from_u64(1));
    assert_eq!(loss(&network, [2.0, 16.0, 16.0]), 2.0 * loss(&network, [1.0; 3]));
    // and of one output, which must be more than a half
    let binary = Binary::new(&mut StdRng::seed_from_u64(1));
    let loss = |weights: [f64; 2]| {
        let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(1.0)).class_weight(weights);
        trainer.train_on_batch(&mut binary.clone(), (&x, &[[0.5]])).unwrap()
    };
    assert_eq!(loss([2.0, 16.0]), 2.0 * loss([1.0, 1.0]));
}

/// Where nothing counts, a mean is 0, and so is a correlation.
#[test]
fn metrics_of_nothing() {
    let (x, y) = ([[1.0, 0.5, 2.0]; 2], [[1.0, 0.0, 0.0]; 2]);
    let network = Classes::new(&mut StdRng::seed_from_u64(1));
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(1.0))
        .weighted_metric(PearsonCorrelation::new())
        .weighted_metric(CategoricalAccuracy);
    let scores = trainer.evaluate(&network, (&x, &sample_weight(&y, &[0.0; 2]))).unwrap();
    assert_eq!(scores.loss, 0.0);
    assert!(scores.metrics.iter().all(|(_, value)| *value == 0.0), "{scores:?}");
}
