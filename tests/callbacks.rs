//! Callbacks do with sequences of losses what Keras's do, and see and change what they should.
#![allow(missing_docs, clippy::unwrap_used, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Deserialize;
use typenet::Error;
use typenet::callbacks::{Callback, EarlyStopping, LearningRateScheduler, ReduceLrOnPlateau, Training};
use typenet::metrics::{Direction, Mean, Metric};
use typenet::optimizers::{Step, Update};
use typenet::prelude::*;
use typenet::simd::Simd;

typenet::network! {
    /// Its output is its bias, for an input of 0.
    Constant: f64 = Dense(1 -> 1)
}

/// Plays a sequence of losses: the bias is the next of them, and the mean absolute error to 0 is the bias.
#[derive(Debug)]
struct Play<'a>(&'a [f64]);

impl Callback<Constant> for Play<'_> {
    fn on_epoch_begin(&mut self, training: &mut Training<'_, Constant>) -> Result<(), Error> {
        training.network.dense.bias[0] = self.0[training.epoch - 1];
        Ok(())
    }
}

/// A step that changes nothing, but has a rate.
#[derive(Clone, Copy, Debug)]
struct Stay(f64);

impl Optimizer for Stay {
    const SLOTS: usize = 0;

    fn learning_rate(&self, _: u64) -> f64 {
        self.0
    }

    fn update<T: Scalar, S: Simd>(&mut self, _: S, _: Step, _: Update<'_, T>) {}
}

/// Trains on the sequence with the callback, and returns the history and the bias at the end.
fn play(losses: &[f64], callback: impl Callback<Constant>) -> (History, f64) {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut network = Constant::new(rng);
    let mut trainer =
        Trainer::new(MeanAbsoluteError, Stay(0.5)).epochs(losses.len()).callback(Play(losses)).callback(callback);
    let history = trainer.fit(&mut network, (&[0.0], &[0.0]), rng).unwrap();
    (history, network.dense.bias[0])
}

#[derive(Deserialize)]
struct Fixture {
    early_stopping: Vec<Stopping>,
    reduce_lr_on_plateau: Vec<Reducing>,
}

#[derive(Deserialize)]
struct Stopping {
    losses: Vec<f64>,
    min_delta: f64,
    patience: usize,
    baseline: Option<f64>,
    start_from_epoch: usize,
    epochs: usize,
    best: f64,
    best_epoch: usize,
    weight: f64,
}

#[derive(Deserialize)]
struct Reducing {
    losses: Vec<f64>,
    factor: f64,
    patience: usize,
    min_delta: f64,
    cooldown: usize,
    min_lr: f64,
    rates: Vec<f64>,
}

#[test]
fn early_stopping_stops_where_keras_stops() {
    let cases = support::fixture::<Fixture>("callbacks").early_stopping;
    assert!(cases.iter().any(|case| case.epochs < case.losses.len()), "some must stop early");
    for (number, case) in cases.iter().enumerate() {
        let mut callback = EarlyStopping::new("loss")
            .min_delta(case.min_delta)
            .patience(case.patience)
            .start_from_epoch(case.start_from_epoch)
            .restore_best_weights();
        if let Some(baseline) = case.baseline {
            callback = callback.baseline(baseline);
        }
        let (history, weight) = play(&case.losses, &mut callback);
        assert_eq!(history.epochs.len(), case.epochs, "case {number}");
        assert!(history.loss().zip(&case.losses).all(|(loss, expected)| loss == *expected), "case {number}");
        assert_eq!((callback.best(), callback.best_epoch()), (Some(case.best), Some(case.best_epoch)), "case {number}");
        assert_eq!(weight, case.weight, "case {number}");
        assert_eq!(callback.stopped_epoch(), (case.epochs < 30).then_some(case.epochs), "case {number}");
    }
}

/// The first epochs are not looked at, however good they are.
#[test]
fn early_stopping_starts_from_its_epoch() {
    let losses = [0.1, 0.2, 0.9, 0.8, 0.85, 0.7, 0.95, 0.95];
    for (start, best, best_epoch, epochs) in [(0, 0.1, 1, 3), (1, 0.2, 2, 4), (2, 0.7, 6, 8), (3, 0.7, 6, 8)] {
        let mut callback = EarlyStopping::<f64>::new("loss").patience(2).start_from_epoch(start);
        let (history, _) = play(&losses, &mut callback);
        assert_eq!((callback.best(), callback.best_epoch()), (Some(best), Some(best_epoch)), "from {start}");
        assert_eq!(history.epochs.len(), epochs, "from {start}");
    }
}

#[test]
fn the_rate_is_reduced_where_keras_reduces_it() {
    let cases = support::fixture::<Fixture>("callbacks").reduce_lr_on_plateau;
    for (number, case) in cases.iter().enumerate() {
        let callback = ReduceLrOnPlateau::new("loss")
            .factor(case.factor)
            .patience(case.patience)
            .min_delta(case.min_delta)
            .cooldown(case.cooldown)
            .min_lr(case.min_lr);
        let (history, _) = play(&case.losses, callback);
        assert_eq!(history.epochs.len(), case.rates.len(), "case {number}");
        for (epoch, rate) in history.epochs.iter().zip(&case.rates) {
            // the file's numbers are read to the last digit but one
            assert!((epoch.learning_rate / rate - 1.0).abs() < 1e-15, "case {number}: {epoch:?}, not {rate}");
        }
    }
}

/// Fails in an epoch.
#[derive(Debug)]
struct Fail(usize);

impl<N: Network> Callback<N> for Fail {
    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        if training.epoch == self.0 { Err(Error::NoSamples) } else { Ok(()) }
    }
}

/// Makes the next loss NaN.
#[derive(Debug)]
struct Spoil;

impl Callback<Constant> for Spoil {
    fn on_epoch_end(&mut self, training: &mut Training<'_, Constant>) -> Result<(), Error> {
        if training.epoch == 3 {
            training.network.dense.bias[0] = f64::NAN;
        }
        Ok(())
    }
}

#[test]
fn the_best_weights_come_back_however_training_ends() {
    let losses = [3.0, 1.0, 2.0, 2.5, 2.6];
    let rng = &mut StdRng::seed_from_u64(0);
    let early_stopping = || EarlyStopping::new("loss").patience(100).restore_best_weights();

    // by itself
    assert_eq!(play(&losses, early_stopping()).1, 1.0);
    // by the error of another callback, also of one that comes before it
    let mut network = Constant::new(rng);
    let trainer = Trainer::new(MeanAbsoluteError, Stay(0.5)).epochs(5).callback(Play(&losses));
    let error = trainer.callback(Fail(4)).callback(early_stopping()).fit(&mut network, (&[0.0], &[0.0]), rng);
    assert!(matches!(error, Err(Error::NoSamples)));
    assert_eq!(network.dense.bias[0], 1.0);
    // by a loss that is not finite
    let mut network = Constant::new(rng);
    let trainer = Trainer::new(MeanAbsoluteError, Stay(0.5)).epochs(5).callback(Spoil).callback(early_stopping());
    let mut trainer = trainer.callback(LearningRateScheduler::new(|_, rate| rate));
    network.dense.bias[0] = 4.0;
    let error = trainer.fit(&mut network, (&[0.0], &[0.0]), rng);
    assert!(matches!(error, Err(Error::Diverged { epoch: 4, batch: 1, .. })), "{error:?}");
    assert_eq!(network.dense.bias[0], 4.0);
}

#[test]
fn a_score_that_is_not_there_is_refused_before_the_first_step() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut network = Constant::new(rng);
    let before = network.clone();
    let mut refused = |monitor: &str| {
        let mut trainer = Trainer::new(MeanAbsoluteError, Sgd::new(0.1))
            .metric(RootMeanSquaredError)
            .callback(EarlyStopping::new(monitor));
        trainer.fit(&mut network, (&[0.0], &[1.0]), rng).unwrap_err().to_string()
    };
    let expected = "there is no score `val_loss` to watch; there are `loss`, `root_mean_squared_error` (validation data \
                    would give those that begin with `val_`)";
    assert_eq!(refused("val_loss"), expected);
    assert!(refused("accuracy").starts_with("there is no score `accuracy` to watch"));
    assert_eq!(network, before);
}

#[test]
fn more_of_an_accuracy_is_better() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut network = Constant::new(rng);
    // what is above a half counts as 1
    let biases = [0.2, 0.8, 0.2, 0.2, 0.2, 0.2];
    let mut early_stopping = EarlyStopping::new("val_binary_accuracy").patience(2);
    let mut trainer = Trainer::new(MeanAbsoluteError, Stay(0.5))
        .metric(BinaryAccuracy)
        .epochs(biases.len())
        .callback(Play(&biases))
        .callback(&mut early_stopping);
    let data = (&[0.0], &[1.0]);
    let history = trainer.fit_validated(&mut network, data, data, rng).unwrap();
    assert_eq!(history.epochs.len(), 4);
    assert_eq!((early_stopping.best(), early_stopping.best_epoch()), (Some(1.0), Some(2)));
}

#[test]
fn a_rate_that_was_set_stays_until_it_is_set_again() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut network = Constant::new(rng);
    let halve = LearningRateScheduler::new(|_, rate| rate / 2.0);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5)).epochs(2).callback(halve);
    let rates = |history: History| history.epochs.iter().map(|epoch| epoch.learning_rate).collect::<Vec<_>>();
    assert_eq!(rates(trainer.fit(&mut network, (&[0.0], &[1.0]), rng).unwrap()), [0.25, 0.125]);
    assert_eq!(rates(trainer.fit(&mut network, (&[0.0], &[1.0]), rng).unwrap()), [0.0625, 0.03125]);
    // single steps too: with a rate of 1/32, an error of 1 and a slope of 2
    network.dense.bias[0] = 0.0;
    trainer.train_on_batch(&mut network, (&[0.0], &[1.0])).unwrap();
    assert_eq!(network.dense.bias[0], 0.0625);
    // set by the caller, of a loop of single steps
    assert_eq!(trainer.learning_rate(), 0.03125);
    trainer.set_learning_rate(0.25);
    network.dense.bias[0] = 0.0;
    trainer.train_on_batch(&mut network, (&[0.0], &[1.0])).unwrap();
    assert_eq!((network.dense.bias[0], trainer.learning_rate()), (0.5, 0.25));
    assert_eq!(rates(trainer.fit(&mut network, (&[0.0], &[1.0]), rng).unwrap()), [0.125, 0.0625]);
}

#[test]
fn a_callback_may_be_there_or_not_and_of_any_type() {
    let losses = [3.0, 2.0, 2.5, 2.5, 2.5];
    let stopping = || EarlyStopping::new("loss").patience(1).restore_best_weights();
    let (alone, bias) = play(&losses, stopping());
    assert_eq!((alone.epochs.len(), bias), (3, 2.0));
    let boxed: Box<dyn Callback<Constant>> = Box::new(stopping());
    assert_eq!(play(&losses, boxed).1, bias);
    assert_eq!(play(&losses, Some(stopping())).1, bias);
    let (none, _) = play(&losses, None::<EarlyStopping<f64>>);
    assert_eq!(none.epochs.len(), 5);

    // what they remember is kept, and is not that of another
    let (mut saved, mut state) = (Some(stopping()), Vec::new());
    play(&losses, &mut saved);
    Callback::<Constant>::save_state(&saved, &mut state);
    let mut again: Box<dyn Callback<Constant>> = Box::new(Some(stopping()));
    assert!(!state.is_empty() && again.load_state(&state));
    let mut kept = Vec::new();
    again.save_state(&mut kept);
    assert_eq!(kept, state);
    assert!(!Callback::<Constant>::load_state(&mut None::<EarlyStopping<f64>>, &state));
    let mut nothing = Vec::new();
    Callback::<Constant>::save_state(&None::<EarlyStopping<f64>>, &mut nothing);
    assert!(nothing.is_empty() && !Callback::<Constant>::follows_batches(&None::<EarlyStopping<f64>>));
}

/// Its output; none while that is 0.
#[derive(Clone, Copy, Debug)]
struct Output;

impl<T: Scalar, Y, const N: usize> Metric<T, Tile<T, N>, Y> for Output {
    type State = Mean<T>;
    const NAME: &'static str = "output";
    const DIRECTION: Option<Direction> = Some(Direction::Down);

    fn update<S: Simd>(&self, simd: S, state: &mut Mean<T>, outputs: &Tile<T, N>, _: &Y, weights: T::Vector<S>) {
        let y = outputs.load(simd, 0);
        state.add(simd, y * y / y, weights);
    }
}

#[test]
fn any_number_is_better_than_none() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut network = Constant::new(rng);
    let outputs = [0.0, 3.0, 2.0, 2.5, 1.0];
    let mut early_stopping = EarlyStopping::new("output");
    let trainer = Trainer::new(MeanAbsoluteError, Stay(0.5)).metric(Output).epochs(outputs.len());
    let mut trainer = trainer.callback(Play(&outputs)).callback(&mut early_stopping);
    let history = trainer.fit(&mut network, (&[0.0], &[0.0]), rng).unwrap();
    assert!(history.metric("output").next().is_some_and(f64::is_nan));
    assert_eq!((early_stopping.best(), early_stopping.stopped_epoch()), (Some(2.0), Some(4)));
}

/// Stops before the first epoch, or before its first batch, and looks at no batch.
#[derive(Debug)]
struct StopAtOnce {
    before_epochs: bool,
}

impl<N: Network> Callback<N> for StopAtOnce {
    fn follows_batches(&self) -> bool {
        false
    }

    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        if self.before_epochs {
            training.stop();
        }
        Ok(())
    }

    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), Error> {
        training.stop();
        Ok(())
    }
}

#[test]
fn a_training_that_is_stopped_before_it_begins() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut network = Constant::new(rng);
    let mut epochs_and_steps = |before_epochs| {
        let before = network.clone();
        let optimizer = Sgd::new(0.1).use_ema(0.5, None);
        let mut trainer =
            Trainer::new(MeanSquaredError, optimizer).batch_size(1).callback(StopAtOnce { before_epochs });
        let history = trainer.fit(&mut network, (&[0.5; 5], &[1.0; 5]), rng).unwrap();
        // an average of no steps takes no place
        assert_eq!(network == before, before_epochs);
        (history.epochs.len(), trainer.iteration())
    };
    assert_eq!(epochs_and_steps(true), (0, 0));
    // as Keras, which asks after each batch
    assert_eq!(epochs_and_steps(false), (1, 1));
}
