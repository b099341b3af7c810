//! A training that goes astray: what is told, which parameters stay, and how the same trainer goes on.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::callbacks::{Callback, LambdaCallback, Training};
use typenet::prelude::*;
use typenet::schedules::{InverseTimeDecay, PiecewiseConstantDecay};
use typenet::{Error, HeaplessTrainer, network};

network! {
    Normal = BatchNormalization(2), Dense(1);
    Line = Dense(1 -> 1);
    Double: f64 = Dense(1 -> 3, tanh), Dense(3 -> 1);
    // so large that it is trained layer by layer, and by several threads
    Large = Dense(1 -> 80, tanh), Dense(80 -> 80, tanh), Dense(80 -> 1);
    Frozen = Dense(1 -> 3, tanh, trainable = false), Dense(3 -> 3, tanh), Dense(3 -> 1)
}

/// How many samples make a batch.
const BATCH: usize = 256;

/// So far away that the gradient is more than 1.
const FAR: f32 = 1e3;

/// So far that its square is none.
const TOO_FAR: f32 = 1e30;

/// Small, and from the sixth step on far too large.
fn rates() -> Sgd<PiecewiseConstantDecay<1>> {
    Sgd::new(PiecewiseConstantDecay::new(1e-3, [(4, f64::MAX)]))
}

/// Three batches an epoch; the last step of the second epoch leads astray. The network then has what the step before that had
/// led to, and the trainer goes on from there.
macro_rules! last_step_leads_astray {
    ($network:ident, $number:ty, $told:expr, $trainer:expr) => {{
        let rng = &mut StdRng::seed_from_u64(3);
        let mut network = $network::new(rng);
        let mut good = network.clone();
        let x: Vec<_> = (0..3 * BATCH).map(|i| [(i as $number).sin()]).collect();
        let y = vec![[<$number>::from(FAR)]; 3 * BATCH];
        let mut trainer = $trainer(Trainer::new(MeanSquaredError, $told).batch_size(BATCH).shuffle(false));
        let error = trainer.fit(&mut network, (&x, &y), rng).unwrap_err();
        let Error::Diverged { epoch: 2, batch: 3, loss } = error else { panic!("{error}") };
        assert!(loss.is_finite());
        let text = error.to_string();
        assert!(text.contains(" in epoch 2, batch 3, but its step made parameters infinite or NaN; "), "{text}");
        let mut steps = Trainer::new(MeanSquaredError, rates());
        for part in [0, 1, 2, 0, 1].map(|batch| batch * BATCH..(batch + 1) * BATCH) {
            steps.train_on_batch(&mut good, (&x[part.clone()], &y[part])).unwrap();
        }
        assert_eq!(network, good);
        trainer.set_learning_rate(1e-3);
        let history = trainer.fit(&mut network, (&x, &y), rng).unwrap();
        assert!(history.last().unwrap().training.loss < loss);
        assert!(network.as_flat().iter().all(|number| number.is_finite()), "{network:?}");
    }};
    ($network:ident, $number:ty) => {
        last_step_leads_astray!($network, $number, rates(), |trainer: Trainer<$network, _, _>| trainer.epochs(2))
    };
}

#[test]
fn the_last_step_of_a_fit() {
    last_step_leads_astray!(Line, f32);
    last_step_leads_astray!(Double, f64);
    last_step_leads_astray!(Large, f32);
    last_step_leads_astray!(Frozen, f32);
    let watched = LambdaCallback::on_batch_end(|_: &mut Training<'_, Large>| {});
    last_step_leads_astray!(Large, f32, rates(), |trainer: Trainer<Large, _, _>| trainer.epochs(2).callback(watched));
    last_step_leads_astray!(Large, f32, rates(), |trainer: Trainer<Large, _, _>| trainer.epochs(2).threads(2));
    // the moving average is not what stays
    last_step_leads_astray!(Line, f32, rates().use_ema(0.5, None), |trainer: Trainer<Line, _, _>| trainer.epochs(2));
}

/// Ends a training after its first step.
#[derive(Debug)]
struct Fails;

impl<N: Network> Callback<N> for Fails {
    fn on_batch_end(&mut self, _: &mut Training<'_, N>) -> Result<(), Error> {
        Err(Error::NoSamples)
    }
}

#[test]
fn the_last_step_before_another_error() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut line = Line::new(rng);
    let before = line.clone();
    // whatever ends the training
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(f64::MAX)).callback(Fails);
    assert!(matches!(trainer.fit(&mut line, (&[1.0], &[FAR]), rng), Err(Error::NoSamples)));
    assert_eq!(line, before);
    let batches = |_| [Ok(([[1.0]], [[FAR]])), Err(Error::NoSteps)];
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(f64::MAX));
    assert!(matches!(trainer.fit_batches(&mut line, batches, rng), Err(Error::NoSteps)));
    assert_eq!(line, before);
}

#[test]
fn the_last_step_is_in_no_checkpoint() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint");
    let (x, y) = (vec![[1.0]; 3], vec![[FAR]; 3]);
    let fit = |epochs| {
        let rng = &mut StdRng::seed_from_u64(0);
        let mut line = Line::new(rng);
        let mut trainer = Trainer::new(MeanSquaredError, rates()).batch_size(1).epochs(epochs).checkpoint(&path);
        trainer.fit(&mut line, (&x, &y), rng).map(|_| line)
    };
    assert!(matches!(fit(2), Err(Error::Diverged { epoch: 2, batch: 3, .. })));
    // what was kept after the first epoch leads there again
    assert!(fit(1).is_ok());
    assert!(matches!(fit(2), Err(Error::Diverged { epoch: 2, batch: 3, .. })));
}

#[test]
fn a_single_step() {
    let mut line = Line::new(&mut StdRng::seed_from_u64(0));
    let (before, data) = (line.clone(), (&[1.0], &[FAR]));
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(f64::MAX));
    let loss = trainer.train_on_batch(&mut line, data).unwrap();
    assert_ne!(line, before);
    // who ends here is told by `finalize`, once
    let astray = trainer.finalize(&mut line).unwrap_err();
    assert!(matches!(astray, Error::Diverged { epoch: 1, batch: 1, loss: there } if there == loss), "{astray}");
    assert_eq!(line, before);
    trainer.finalize(&mut line).unwrap();
    // who goes on, by the next step
    trainer.train_on_batch(&mut line, data).unwrap();
    let next = trainer.train_on_batch(&mut line, data).unwrap_err();
    assert!(matches!(next, Error::Diverged { epoch: 1, batch: 3, loss } if !loss.is_finite()), "{next}");
    assert_eq!(line, before);
    // without a heap there is nobody to end it
    let mut heapless = HeaplessTrainer::<_, _, _, 1>::new(MeanSquaredError, Sgd::new(f64::MAX));
    assert_eq!(heapless.train_on_batch(&mut line, data).unwrap_err().to_string(), astray.to_string());
    assert_eq!(line, before);
}

/// Parameters that are none, and were none before, do not lead astray what they do not matter to.
#[test]
fn a_number_that_was_none_before() {
    network! { Dead = Dense(1 -> 2, relu), Dense(2 -> 1) }
    let rng = &mut StdRng::seed_from_u64(0);
    let mut dead = Dead::new(rng);
    dead.dense.bias[0] = f32::NEG_INFINITY;
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3);
    trainer.fit(&mut dead, (&[1.0], &[1.0]), rng).unwrap();
    trainer.train_on_batch(&mut dead, (&[1.0], &[1.0])).unwrap();
    trainer.finalize(&mut dead).unwrap();
    assert_eq!(dead.dense.bias[0], f32::NEG_INFINITY);
}

const X: [[f32; 1]; 3] = [[-1.0], [0.5], [2.0]];
const Y: [[f32; 1]; 3] = [[1.0], [0.0], [-3.0]];

/// After a training that has gone astray a trainer does what a new one does, with any optimizer.
fn forgets<O: Optimizer>(optimizer: &O) {
    let rng = &mut StdRng::seed_from_u64(1);
    let trainer = || Trainer::new(MeanSquaredError, optimizer.clone());
    let (mut network, mut old) = (Frozen::new(rng), trainer());
    for _ in 0..3 {
        old.train_on_batch(&mut network, (&X, &Y)).unwrap();
    }
    let before = network.clone();
    let mut pass = Pass::<Frozen>::new();
    pass.gradient_mut().as_flat_mut().fill(f32::INFINITY);
    old.apply_gradient(&mut network, &mut pass);
    let astray = old.train_on_batch(&mut network, (&X, &[[TOO_FAR]; 3]));
    assert!(matches!(astray, Err(Error::Diverged { .. })), "{optimizer:?}: {astray:?}");
    assert_eq!(network, before, "{optimizer:?}");
    // the average of no steps is no average
    old.finalize(&mut network).unwrap();
    assert_eq!(network, before, "{optimizer:?}");
    let (mut other, mut new) = (network.clone(), trainer());
    for _ in 0..5 {
        let loss = old.train_on_batch(&mut network, (&X, &Y)).unwrap();
        assert_eq!(loss, new.train_on_batch(&mut other, (&X, &Y)).unwrap(), "{optimizer:?}");
    }
    old.finalize(&mut network).unwrap();
    new.finalize(&mut other).unwrap();
    assert_eq!(network, other, "{optimizer:?}");
    assert_ne!(network, before, "{optimizer:?}");
    assert!(network.as_flat().iter().all(|number| number.is_finite()), "{optimizer:?}: {network:?}");
}

#[test]
fn every_optimizer_forgets_what_led_astray() {
    forgets(&Sgd::new(0.01));
    forgets(&Sgd::new(0.01).momentum(0.9));
    forgets(&Sgd::new(0.01).momentum(0.9).nesterov());
    forgets(&RmsProp::new(0.01));
    forgets(&RmsProp::new(0.01).momentum(0.5).centered());
    forgets(&Adam::new(0.01));
    forgets(&Adam::new(0.01).amsgrad());
    forgets(&AdamW::new(0.01));
    forgets(&Adamax::new(0.01));
    forgets(&Nadam::new(0.01));
    forgets(&Adagrad::new(0.01));
    forgets(&Adadelta::new(0.01));
    forgets(&Lion::new(0.01));
    forgets(&Ftrl::new(0.01));
    forgets(&Lamb::new(0.01));
    forgets(&Adafactor::new(0.01));
    forgets(&Muon::new(0.01));
    forgets(&ScheduleFreeAdamW::new(0.01).warmup_steps(3));
    forgets(&Adam::new(0.01).clipvalue(1.0).weight_decay(0.1));
    forgets(&Adam::new(0.01).gradient_accumulation_steps(2));
    forgets(&Adam::new(0.01).use_ema(0.5, 4));
}

#[test]
fn a_trainer_without_a_heap_forgets_too() {
    let adam = || Adam::new(0.01).use_ema(0.5, 2);
    let mut network = Line::new(&mut StdRng::seed_from_u64(1));
    let mut old = HeaplessTrainer::<_, _, _, 3>::new(MeanSquaredError, adam());
    for _ in 0..3 {
        old.train_on_batch(&mut network, (&X, &Y)).unwrap();
    }
    assert!(old.train_on_batch(&mut network, (&X, &[[TOO_FAR]; 3])).is_err());
    let (mut other, mut new) = (network.clone(), HeaplessTrainer::<_, _, _, 3>::new(MeanSquaredError, adam()));
    for _ in 0..5 {
        let loss = old.train_on_batch(&mut network, (&X, &Y)).unwrap();
        assert_eq!(loss, new.train_on_batch(&mut other, (&X, &Y)).unwrap());
        assert_eq!(network, other);
    }
    assert_eq!(old.iteration(), 8);
}

#[test]
fn schedules_go_on() {
    let schedule = Sgd::new(InverseTimeDecay::new(0.1, 1, 1.0));
    let mut line = Line::new(&mut StdRng::seed_from_u64(0));
    let mut trainer = Trainer::new(MeanSquaredError, schedule);
    trainer.train_on_batch(&mut line, (&X, &Y)).unwrap();
    assert!(trainer.train_on_batch(&mut line, (&X, &[[TOO_FAR]; 3])).is_err());
    assert_eq!((trainer.iteration(), trainer.learning_rate()), (1, 0.05));
}

/// A checkpoint knows how many of the steps the optimizer has forgotten.
#[test]
fn what_was_forgotten_stays_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint");
    let fit = |epochs| {
        let rng = &mut StdRng::seed_from_u64(0);
        let mut network = Frozen::new(rng);
        let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01));
        trainer.train_on_batch(&mut network, (&X, &Y)).unwrap();
        assert!(trainer.train_on_batch(&mut network, (&X, &[[TOO_FAR]; 3])).is_err());
        trainer = trainer.epochs(epochs).checkpoint(&path);
        trainer.fit(&mut network, (&X, &Y), rng).unwrap();
        network
    };
    let whole = fit(4);
    std::fs::remove_file(&path).unwrap();
    fit(2);
    let rng = &mut StdRng::seed_from_u64(0);
    let mut pieces = Frozen::new(rng);
    Trainer::new(MeanSquaredError, Adam::new(0.01))
        .epochs(4)
        .checkpoint(&path)
        .fit(&mut pieces, (&X, &Y), rng)
        .unwrap();
    assert_eq!(pieces, whole);
}

/// What is put into a network between two calls stays there: a trainer takes back nothing but its own step.
#[test]
fn other_parameters_stay() {
    let rng = &mut StdRng::seed_from_u64(0);
    let start = Line::new(rng);
    let mut other = start.clone();
    other.dense.kernel[0] = TOO_FAR;
    let data = (&[1.0], &[0.0]);
    let mut line = start.clone();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01));
    let mut heapless = HeaplessTrainer::<_, _, _, 1>::new(MeanSquaredError, Sgd::new(0.01));
    trainer.train_on_batch(&mut line, data).unwrap();
    for _ in 0..2 {
        line.clone_from(&other);
        assert!(trainer.train_on_batch(&mut line, data).is_err());
        assert_eq!(line, other);
    }
    line.clone_from(&start);
    heapless.train_on_batch(&mut line, data).unwrap();
    line.clone_from(&other);
    assert!(heapless.train_on_batch(&mut line, data).is_err());
    assert_eq!(line, other);
    // after a fit
    line.clone_from(&start);
    trainer.fit(&mut line, data, rng).unwrap();
    line.clone_from(&other);
    assert!(trainer.train_on_batch(&mut line, data).is_err());
    assert_eq!(line, other);
    // during one
    line.clone_from(&start);
    let put = |training: &mut Training<'_, Line>| training.network.clone_from(&other);
    let mut trainer =
        Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(3).callback(LambdaCallback::on_epoch_end(put));
    assert!(matches!(trainer.fit(&mut line, data, rng), Err(Error::Diverged { epoch: 2, batch: 1, .. })));
    assert_eq!(line, other);
}

#[test]
fn what_is_no_number_does_not_stay() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut line = Line::new(rng);
    let before = line.clone();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01));
    trainer.train_on_batch(&mut line, (&[1.0], &[0.0])).unwrap();
    line.dense.bias[0] = f32::NAN;
    assert!(trainer.train_on_batch(&mut line, (&[1.0], &[0.0])).is_err());
    assert_eq!(line, before);
}

/// Of a variance that is infinite all samples would be alike, in all predictions too.
#[test]
fn a_variance_beyond_the_largest_number() {
    let rng = &mut StdRng::seed_from_u64(0);
    let start = Normal::new(rng);
    let (x, y) = ([[1e30, 1.0], [-1e30, 2.0], [0.0, 3.0]], [1.0, 2.0, 3.0]);
    let mut normal = start.clone();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01));
    let error = trainer.fit(&mut normal, (&x, &y), rng).unwrap_err();
    assert!(matches!(error, Error::Diverged { epoch: 1, batch: 1, .. }), "{error}");
    assert!(trainer.train_on_batch(&mut normal, (&x, &y)).is_err());
    assert_eq!(normal, start);
    // what is less is learnt from
    let x = x.map(|[large, small]| [large * 1e-12, small]);
    trainer.fit(&mut normal, (&x, &y), rng).unwrap();
    assert!(normal.as_flat().iter().all(|number| number.is_finite()));
}
