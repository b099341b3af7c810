//! What the trainer does around its steps: epochs, batches, validation, history.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::Error;
use typenet::bytemuck::Zeroable as _;
use typenet::prelude::*;

use crate::support::xor_samples;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Line = Dense(1 -> 1);
    Curve: f64 = Dense(1 -> 12, tanh), Dense(12 -> 1)
}

fn bits(network: &Xor) -> Vec<u32> {
    network.as_flat().iter().map(|w| w.to_bits()).collect()
}

#[test]
fn fitting_again_goes_on_with_the_optimizers_state() {
    let (x, y) = xor_samples(70, &mut StdRng::seed_from_u64(0));
    let fit = |pieces: &[usize]| {
        let rng = &mut StdRng::seed_from_u64(1);
        let mut xor = Xor::new(rng);
        let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.05).momentum(0.9).decay(0.01)).batch_size(16);
        let mut epochs = Vec::new();
        for &piece in pieces {
            trainer = trainer.epochs(piece);
            epochs.extend(trainer.fit(&mut xor, (&x, &y), rng).unwrap().epochs);
        }
        let history: Vec<_> =
            epochs.iter().map(|e| (e.epoch, e.training.loss.to_bits(), e.learning_rate.to_bits())).collect();
        (bits(&xor), history, trainer.iteration())
    };
    assert_eq!(fit(&[6]), fit(&[1, 2, 3]));
    assert_eq!(fit(&[6]).2, 6 * 5, "five batches an epoch, the last of 6 samples");
}

#[test]
fn fit_makes_the_steps_that_a_user_would_make() {
    let (x, y) = xor_samples(50, &mut StdRng::seed_from_u64(0));
    let rng = &mut StdRng::seed_from_u64(1);
    let (mut fitted, mut driven) = (Xor::new(rng), Xor::zeroed());
    driven.as_flat_mut().copy_from_slice(fitted.as_flat());
    let optimizer = Sgd::new(0.05).momentum(0.9);
    let mut trainer = Trainer::new(BinaryCrossEntropy, optimizer).batch_size(20).epochs(2).shuffle(false);
    let history = trainer.fit(&mut fitted, (&x, &y), rng).unwrap();
    let mut by_hand = Trainer::new(BinaryCrossEntropy, optimizer);
    let mut losses = Vec::new();
    for _ in 0..2 {
        let mut sum = 0.0;
        for (x, y) in x.chunks(20).zip(y.chunks(20)) {
            sum += by_hand.train_on_batch(&mut driven, (x, y)).unwrap() * x.len() as f64;
        }
        losses.push(sum / 50.0);
    }
    assert_eq!(bits(&fitted), bits(&driven));
    for (ours, by_hand) in history.loss().zip(losses) {
        assert!((ours - by_hand).abs() < 1e-12, "the loss is the mean over samples, not over batches");
    }
}

#[test]
fn a_gradient_from_outside_trains_as_the_loss_does() {
    // mean squared error by hand: its gradient with respect to the outputs is 2 (y - t) / samples
    let x: Vec<[f64; 1]> = (0..40).map(|i| [f64::from(i) / 20.0 - 1.0]).collect();
    let t: Vec<[f64; 1]> = x.iter().map(|[x]| [(3.0 * x).sin()]).collect();
    let rng = &mut StdRng::seed_from_u64(0);
    let (mut ours, mut theirs) = (Curve::new(rng), Curve::zeroed());
    theirs.as_flat_mut().copy_from_slice(ours.as_flat());
    let optimizer = Sgd::new(0.1).momentum(0.9);
    let mut trainer = Trainer::new(MeanSquaredError, optimizer);
    let mut outside = Trainer::<Curve, _, _>::new(MeanSquaredError, optimizer);
    let mut pass = Pass::new();
    for _ in 0..20 {
        trainer.train_on_batch(&mut ours, (&x, &t)).unwrap();
        let outputs = theirs.predict_many(&x);
        let d: Vec<[f64; 1]> = outputs.iter().zip(&t).map(|(y, t)| [2.0 * (y[0] - t[0]) / 40.0]).collect();
        pass.backward(&theirs, &x, &d, &mut []).unwrap();
        outside.apply_gradient(&mut theirs, &mut pass);
        assert!(pass.gradient().as_flat().iter().all(|g| *g == 0.0), "the step has used the gradient up");
    }
    for (a, b) in ours.as_flat().iter().zip(theirs.as_flat()) {
        assert!((a - b).abs() < 1e-12 * b.abs().max(1.0), "{a}, by hand {b}");
    }
}

#[test]
fn one_prediction_is_one_of_many() {
    let rng = &mut StdRng::seed_from_u64(0);
    let (xor, (x, _)) = (Xor::new(rng), xor_samples(37, rng));
    let many = xor.predict_many(&x);
    assert_eq!(many.len(), 37);
    for (x, many) in x.iter().zip(many) {
        for (one, many) in xor.predict(x).into_iter().zip(many) {
            assert!((one - many).abs() < 1e-6);
        }
    }
}

#[test]
fn validation_data_is_not_trained_on() {
    let (x, y) = xor_samples(100, &mut StdRng::seed_from_u64(0));
    let fit = |validated: bool, data: (&[[f32; 2]], &[[f32; 2]]), split: f64| {
        let rng = &mut StdRng::seed_from_u64(1);
        let mut xor = Xor::new(rng);
        let optimizer = Sgd::new(0.05).momentum(0.9);
        let mut trainer =
            Trainer::new(BinaryCrossEntropy, optimizer).metric(Accuracy).epochs(3).validation_split(split);
        let history = if validated {
            trainer.fit_validated(&mut xor, data, (&x[75..], &y[75..]), rng)
        } else {
            trainer.fit(&mut xor, data, rng)
        };
        let history = history.unwrap();
        let last = trainer.evaluate(&xor, (&x[75..], &y[75..])).unwrap();
        (bits(&xor), history, last)
    };
    let (split, history, last) = fit(false, (&x, &y), 0.25);
    let (apart, apart_history, _) = fit(true, (&x[..75], &y[..75]), 0.0);
    let (plain, plain_history, _) = fit(false, (&x[..75], &y[..75]), 0.0);
    assert_eq!(split, apart);
    assert_eq!(split, plain, "validation changes nothing");
    assert_eq!(history.epochs.len(), 3);
    assert_eq!(history.epochs[2].validation.as_ref(), Some(&last), "measured after the epoch");
    assert!(history.validation_loss().eq(apart_history.validation_loss()));
    assert_eq!(history.validation_metric("accuracy").count(), 3);
    assert_eq!(plain_history.validation_loss().count(), 0);
}

#[test]
fn a_history_prints_and_writes_csv() {
    let (x, y) = xor_samples(64, &mut StdRng::seed_from_u64(0));
    let rng = &mut StdRng::seed_from_u64(1);
    let mut xor = Xor::new(rng);
    let trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.05).decay(0.5)).metric(Accuracy);
    let mut trainer = trainer.metric(MeanSquaredError).epochs(25).validation_split(0.25);
    let history = trainer.fit(&mut xor, (&x, &y), rng).unwrap();
    let csv = history.to_csv();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "epoch,loss,accuracy,mean_squared_error,val_loss,val_accuracy,val_mean_squared_error,learning_rate,seconds"
    );
    assert_eq!(lines.len(), 26);
    let last: Vec<&str> = lines[25].split(',').collect();
    assert_eq!(last[0], "25");
    assert_eq!(last[1].parse::<f64>().unwrap().to_bits(), history.last().unwrap().training.loss.to_bits());
    // two batches an epoch, of 32 and 16: the last step of epoch 25 is step 49
    assert_eq!(last[7].parse::<f64>().unwrap().to_bits(), (0.05 / (1.0 + 0.5 * 49.0_f64)).to_bits());
    let table = history.to_string();
    assert!(table.starts_with(" epoch      loss  accuracy  mean_squared_error  val_loss"), "{table}");
    assert_eq!(table.lines().count(), 11, "ten epochs of twenty-five, the first and the last among them:\n{table}");
    assert!(table.lines().last().unwrap().trim_start().starts_with("25"), "{table}");

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("history.csv");
    history.write_csv(&path).unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), csv);
    let missing = directory.path().join("missing").join("history.csv");
    let error = history.write_csv(&missing).unwrap_err();
    assert!(matches!(error, Error::File { action: "write", .. }));
    assert!(error.to_string().starts_with(&format!("cannot write `{}`: ", missing.display())), "{error}");
}

#[test]
fn scalars_are_samples_of_networks_with_one_input() {
    let rng = &mut StdRng::seed_from_u64(0);
    let x: Vec<f32> = (0_u8..100).map(|i| f32::from(i) / 50.0 - 1.0).collect();
    let y: Vec<f32> = x.iter().map(|x| 3.0 * x + 1.0).collect();
    let mut line = Line::new(rng);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(100).batch_size(10);
    trainer.fit(&mut line, (&x, &y), rng).unwrap();
    assert!((line.dense.kernel[0] - 3.0).abs() < 1e-4, "{line:?}");
    assert!((line.dense.bias[0] - 1.0).abs() < 1e-4, "{line:?}");
}

#[test]
fn a_summary_is_a_table() {
    assert_eq!(Xor::PARAMETERS, 42);
    assert_eq!(Xor::summary().parameters(), 42);
    assert_eq!(
        Xor::summary().to_string(),
        "Xor: f32\n\
         layer    kind                shape  activation  parameters\n\
         dense    Dense           2 -> 4     relu                12\n\
         dense_1  Dense           4 -> 4     relu                20\n\
         dense_2  Dense           4 -> 2     softmax             10\n\
         42 parameters, 168 bytes"
    );
}

#[test]
fn a_step_with_a_gradient_from_outside_is_taken_back_too() {
    let mut line = Line::new(&mut StdRng::seed_from_u64(0));
    let (before, mut pass) = (line.clone(), Pass::<Line>::new());
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e10));
    pass.gradient_mut().as_flat_mut().fill(1e30);
    trainer.apply_gradient(&mut line, &mut pass);
    assert_ne!(line, before);
    let diverged = trainer.train_on_batch(&mut line, (&[1.0], &[0.0]));
    assert!(matches!(diverged, Err(Error::Diverged { .. })), "{diverged:?}");
    assert_eq!(line, before);
}
