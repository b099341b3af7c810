//! Networks with such layers in training: what decides their numbers, and what does without them.

use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use typenet::bytemuck::Zeroable as _;
use typenet::callbacks::{self, LambdaCallback};
use typenet::prelude::*;
use typenet::{Error, HeaplessTrainer, network};

use crate::support::xor_samples;

network! {
    Every: f64 = Dense(2 -> 6, tanh), Dropout(0.25), [Residual(GaussianDropout(0.1), Dense(6, tanh)); 2],
        AlphaDropout(0.2), Dense(5, selu), GaussianNoise(0.1), Dense(1);
    Plain: f64 = Dense(2 -> 6, tanh), [Residual(Dense(6, tanh)); 2], Dense(5, selu), Dense(1);
    // so large that it is trained layer by layer
    Large = Dense(2 -> 40, relu), Dropout(0.5), Dense(40 -> 30, relu), Dropout(0.25), Dense(30 -> 2, softmax)
}

fn points(count: usize, rng: &mut StdRng) -> (Vec<[f64; 2]>, Vec<[f64; 1]>) {
    let x: Vec<[f64; 2]> = (0..count).map(|_| std::array::from_fn(|_| rng.random_range(-1.0..1.0))).collect();
    let y = x.iter().map(|[a, b]| [a * b]).collect();
    (x, y)
}

#[test]
fn the_gradient_is_that_of_the_same_numbers() {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = points(11, rng);
    let start = Every::new(rng);
    // a new trainer's first step, so that it draws the same
    let step = |network: &mut Every| {
        Trainer::new(MeanSquaredError, Sgd::new(1.0)).seed(5).train_on_batch(network, (&x, &y)).unwrap()
    };
    let mut moved = start.clone();
    step(&mut moved);
    for i in 0..Every::PARAMETERS {
        let shifted = |by: f64| {
            let mut network = start.clone();
            network.as_flat_mut()[i] += by;
            step(&mut network)
        };
        let (analytic, numeric) = (start.as_flat()[i] - moved.as_flat()[i], (shifted(1e-5) - shifted(-1e-5)) / 2e-5);
        assert!((analytic - numeric).abs() < 1e-8, "parameter {i}: {analytic}, by differences {numeric}");
    }
}

#[test]
fn nothing_is_random_but_training() {
    let rng = &mut StdRng::seed_from_u64(1);
    let (x, y) = points(50, rng);
    let mut every = Every::new(rng);
    let mut plain = Plain::zeroed();
    plain.as_flat_mut().copy_from_slice(every.as_flat());
    assert!(x.iter().all(|x| every.predict(x) == plain.predict(x)));
    assert_eq!(every.predict_many(&x), plain.predict_many(&x));
    let mut d_x = [vec![[0.0; 2]; 50], vec![[0.0; 2]; 50]];
    Pass::new().backward(&every, &x, &y, &mut d_x[0]).unwrap();
    Pass::new().backward(&plain, &x, &y, &mut d_x[1]).unwrap();
    assert_eq!(d_x[0], d_x[1]);

    // a rate of 0 leaves the weights as they are, and so all else but the loss of training
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.0)).metric(MeanAbsoluteError);
    let history = trainer.fit_validated(&mut every, (&x, &y), (&x, &y), rng).unwrap();
    let mut plainly = Trainer::new(MeanSquaredError, Sgd::new(0.0)).metric(MeanAbsoluteError);
    let plain = plainly.evaluate(&plain, (&x, &y)).unwrap();
    assert_eq!(trainer.evaluate(&every, (&x, &y)).unwrap(), plain);
    let epoch = history.last().unwrap();
    assert_eq!(epoch.validation.as_ref(), Some(&plain));
    assert!((epoch.training.loss - plain.loss).abs() > 1e-3);
    assert!((epoch.training.metrics[0].1 - plain.metrics[0].1).abs() > 1e-3);
}

/// The weights' bits, the history's losses, and what the caller's generator gives next.
type Outcome = (Vec<u32>, Vec<u64>, u64);

fn fit(
    seed: u64,
    epochs: usize,
    told: impl Fn(Trainer<Large, BinaryCrossEntropy, Adam>) -> Trainer<Large, BinaryCrossEntropy, Adam>,
) -> Outcome {
    let rng = &mut StdRng::seed_from_u64(seed);
    let (x, y) = xor_samples(70, rng);
    let mut large = Large::new(&mut StdRng::seed_from_u64(0));
    let mut trainer = told(Trainer::new(BinaryCrossEntropy, Adam::new(0.01)).epochs(epochs).batch_size(32));
    let history = trainer.fit(&mut large, (&x, &y), rng).unwrap();
    let bits = large.as_flat().iter().map(|number| number.to_bits()).collect();
    (bits, history.loss().map(f64::to_bits).collect(), rng.next_u64())
}

#[test]
fn the_callers_generator_decides() {
    for shuffle in [true, false] {
        let told = |trainer: Trainer<Large, BinaryCrossEntropy, Adam>| trainer.shuffle(shuffle);
        let first = fit(1, 3, told);
        assert_eq!(first, fit(1, 3, told));
        assert_ne!(first.0, fit(2, 3, told).0);
    }
    // each epoch draws anew: a network that does not learn has another loss each time
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = points(40, rng);
    let mut every = Every::new(rng);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.0)).epochs(2).shuffle(false);
    let losses: Vec<f64> = trainer.fit(&mut every, (&x, &y), rng).unwrap().loss().collect();
    assert_ne!(losses[0], losses[1]);
    // and each batch of an epoch: the same sample again and again has another loss each time
    let (x, y) = (vec![x[0]; 40], vec![y[0]; 40]);
    let mut losses = Vec::new();
    Trainer::new(MeanSquaredError, Sgd::new(0.0))
        .epochs(1)
        .batch_size(8)
        .callback(LambdaCallback::on_batch_end(|training: &mut callbacks::Training<'_, Every>| {
            losses.push(training.batch_loss);
        }))
        .fit(&mut every, (&x, &y), rng)
        .unwrap();
    assert_eq!(losses.len(), 5);
    for (index, loss) in losses.iter().enumerate() {
        assert!(!losses[..index].contains(loss), "{losses:?}");
    }
    // and so does each step, or from the trainer's seed
    let mut step = || trainer.train_on_batch(&mut every, (&x, &y)).unwrap();
    assert_ne!(step(), step());
    let mut first =
        |seed| Trainer::new(MeanSquaredError, Sgd::new(0.0)).seed(seed).train_on_batch(&mut every, (&x, &y)).unwrap();
    assert_eq!(first(1), first(1));
    assert_ne!(first(1), first(2));
}

#[test]
fn a_resumed_training_draws_the_same() {
    for shuffle in [true, false] {
        let whole = fit(1, 5, |trainer| trainer.shuffle(shuffle));
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("checkpoint");
        let told = |trainer: Trainer<Large, BinaryCrossEntropy, Adam>| trainer.shuffle(shuffle).checkpoint(&path);
        fit(1, 2, told);
        assert_eq!(fit(1, 5, told), whole);
    }
}

#[test]
fn without_a_heap_too() -> Result<(), Error> {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = points(21, rng);
    let mut with = Every::new(rng);
    let mut without = with.clone();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).seed(9);
    let mut heapless = HeaplessTrainer::<_, _, _, 1>::new(MeanSquaredError, Sgd::new(0.1)).seed(9);
    for _ in 0..3 {
        let loss = trainer.train_on_batch(&mut with, (&x, &y))?;
        assert_eq!(loss, heapless.train_on_batch(&mut without, (&x, &y))?);
    }
    assert_eq!(with, without);
    Ok(())
}

network! {
    Dropped = Dense(2 -> 40, relu), Dropout(0.5), Residual(AlphaDropout(0.1), Dense(40, relu)), GaussianNoise(0.5),
        Dense(40 -> 2, softmax), GaussianDropout(0.1);
    Undropped = Dense(2 -> 40, relu), Residual(residual_dense: Dense(40, relu)), Dense(40 -> 2, softmax)
}

#[test]
fn files_and_integers_do_without_them() -> Result<(), Error> {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, _) = xor_samples(100, rng);
    let dropped = Dropped::new(rng);
    let mut undropped = Undropped::zeroed();
    undropped.as_flat_mut().copy_from_slice(dropped.as_flat());
    let (integers, plainly) = (dropped.quantize(&x)?, undropped.quantize(&x)?);
    assert!(x.iter().all(|x| integers.predict(x) == plainly.predict(x)));

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.onnx");
    dropped.save_onnx(&path)?;
    let mut loaded = Undropped::zeroed();
    loaded.load_onnx(&path)?;
    assert_eq!(loaded, undropped);
    dropped.save(&path)?;
    let mut again = Dropped::zeroed();
    again.load(&path)?;
    assert_eq!(again, dropped);
    assert!(Dropped::summary().to_string().contains("Dropout        40 -> 40"), "{}", Dropped::summary());
    Ok(())
}
