//! Settings that make no sense are refused before anything changes, and said to be by name.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::callbacks::{Callback, EarlyStopping, LambdaCallback, LearningRateScheduler, ReduceLrOnPlateau, Training};
use typenet::losses::{BinaryFocalCrossEntropy, CategoricalFocalCrossEntropy, LabelSmoothing, Loss};
use typenet::metrics::{Average, FBetaScore, Metric, Weighted};
use typenet::prelude::*;
use typenet::schedules::{ExponentialDecay, PiecewiseConstantDecay};
use typenet::{Error, HeaplessTrainer, network};

network! {
    Line = Dense(1 -> 1);
    Classes = Dense(1 -> 2, softmax);
    Logits = Dense(1 -> 2);
    // so large that not every step puts down the parameters from before it
    Large = Dense(1 -> 40, tanh), Dense(40 -> 40, tanh), Dense(40 -> 1)
}

type Of<const N: usize> = Tile<f32, N>;

/// What an optimizer is refused with, by every kind of step.
fn refused<O: Optimizer>(optimizer: O, told: &str) {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut line = Line::new(rng);
    let before = line.clone();
    let mut trainer = Trainer::new(MeanSquaredError, optimizer);
    let errors = [
        trainer.fit(&mut line, (&[1.0], &[0.0]), rng).unwrap_err(),
        trainer.train_on_batch(&mut line, (&[1.0], &[0.0])).unwrap_err(),
        trainer.fit_batches(&mut line, |_| [([[1.0]], [[0.0]])], rng).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.to_string(), told);
    }
    assert_eq!(line, before);
    assert_eq!(trainer.iteration(), 0);
}

#[test]
fn of_optimizers() {
    for (momentum, is) in [(2.0, "2"), (-0.5, "-0.5"), (f64::NAN, "NaN")] {
        refused(Sgd::new(0.1).momentum(momentum), &format!("the `momentum` of `Sgd` is {is}; it must be from 0 to 1"));
    }
    refused(Sgd::new(0.1).decay(-1.0), "the `decay` of `Sgd` is -1; it must be finite and not negative");
    refused(RmsProp::new(0.1).rho(1.0), "the `rho` of `RmsProp` is 1; it must be from 0 to below 1");
    refused(RmsProp::new(0.1).momentum(1.5), "the `momentum` of `RmsProp` is 1.5; it must be from 0 to 1");
    refused(Adam::new(0.1).beta_1(1.0), "the `beta_1` of `Adam` is 1; it must be from 0 to below 1");
    refused(Adam::new(0.1).beta_2(1.5).amsgrad(), "the `beta_2` of `Adam` is 1.5; it must be from 0 to below 1");
    refused(Adam::new(0.1).epsilon(f64::NAN), "the `epsilon` of `Adam` is NaN; it must be finite and not negative");
    refused(AdamW::new(0.1).beta_1(-0.1), "the `beta_1` of `AdamW` is -0.1; it must be from 0 to below 1");
    let decay = "is -1; it must be finite and not negative";
    refused(AdamW::new(0.1).weight_decay(-1.0), &format!("the `weight_decay` of `AdamW` {decay}"));
    refused(Adamax::new(0.1).beta_2(1.0), "the `beta_2` of `Adamax` is 1; it must be from 0 to below 1");
    refused(Nadam::new(0.1).beta_1(1.0), "the `beta_1` of `Nadam` is 1; it must be from 0 to below 1");
    let adagrad = Adagrad::new(0.1).initial_accumulator_value(-1.0);
    refused(adagrad, &format!("the `initial_accumulator_value` of `Adagrad` {decay}"));
    refused(Adadelta::new(0.1).rho(2.0), "the `rho` of `Adadelta` is 2; it must be from 0 to below 1");
    refused(Lion::new(0.1).beta_1(0.0), "the `beta_1` of `Lion` is 0; it must be above 0 and at most 1");
    let ftrl = Ftrl::new(0.1).learning_rate_power(0.5);
    refused(ftrl, "the `learning_rate_power` of `Ftrl` is 0.5; it must be finite and not positive");
    let ftrl = Ftrl::new(0.1).l1_regularization_strength(-1.0);
    refused(ftrl, &format!("the `l1_regularization_strength` of `Ftrl` {decay}"));
    refused(Muon::new(0.1).momentum(1.0), "the `momentum` of `Muon` is 1; it must be from 0 to below 1");
    refused(Muon::new(0.1).rms_rate(-1.0), "the `rms_rate` of `Muon` is -1; it must be finite and not negative");
    refused(Muon::new(0.1).exclude_layers(&["out"]), "`Muon` was told of layer `out`, but no layer has this label");
    refused(
        Adafactor::new(0.1).beta_2_decay(0.5),
        "the `beta_2_decay` of `Adafactor` is 0.5; it must be finite and not positive",
    );
    refused(Lamb::new(0.1).beta_2(1.0), "the `beta_2` of `Lamb` is 1; it must be from 0 to below 1");
    let free = ScheduleFreeAdamW::new(0.1).beta_1(1.5);
    refused(free, "the `beta_1` of `ScheduleFreeAdamW` is 1.5; it must be from 0 to 1");
}

#[test]
fn of_what_every_optimizer_can_be_told() {
    let decay = "is -1; it must be finite and not negative";
    let adam = || Adam::new(0.1);
    refused(adam().clipvalue(-1.0), &format!("the `limit` of `clipvalue` {decay}"));
    refused(adam().clipnorm(-1.0), &format!("the `limit` of `clipnorm` {decay}"));
    refused(adam().global_clipnorm(-1.0), &format!("the `limit` of `global_clipnorm` {decay}"));
    Optimizer::check(&adam().clipvalue(1.0)).unwrap();
    let lion = Lion::new(0.1).weight_decay(-1.0);
    refused(lion, &format!("the `weight_decay` of `Extended` {decay}"));
    refused(adam().use_ema(1.5, None), "the `momentum` of `use_ema` is 1.5; it must be from 0 to 1");
    // what it wraps is looked at too
    refused(adam().beta_1(1.0).clipvalue(1.0), "the `beta_1` of `Adam` is 1; it must be from 0 to below 1");
}

/// What Keras takes is taken.
#[test]
fn at_the_edges() {
    Sgd::new(0.0).momentum(1.0).check().unwrap();
    Sgd::new(0.1).momentum(0.0).decay(0.0).check().unwrap();
    Lion::new(0.1).beta_1(1.0).beta_2(1.0).check().unwrap();
    Adam::new(0.1).beta_1(0.0).beta_2(0.0).epsilon(0.0).check().unwrap();
    Ftrl::new(0.1).learning_rate_power(0.0).initial_accumulator_value(0.0).check().unwrap();
    Adam::new(0.1).use_ema(1.0, None).check().unwrap();
    Adam::new(0.1).use_ema(0.0, 1).check().unwrap();
    ScheduleFreeAdamW::new(0.1).beta_1(1.0).check().unwrap();
}

#[test]
fn rates() {
    let told = |rate: &str| format!("the learning rate of step 0 is {rate}; it must be finite and not negative");
    for (rate, is) in [(-0.1, "-0.1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        refused(Sgd::new(rate), &told(is));
        refused(Adam::new(rate).clipvalue(1.0), &told(is));
        let mut line = Line::new(&mut StdRng::seed_from_u64(0));
        let before = line.clone();
        let mut heapless = HeaplessTrainer::<_, _, _, 1>::new(MeanSquaredError, Sgd::new(rate));
        let error = heapless.train_on_batch(&mut line, (&[1.0], &[0.0])).unwrap_err();
        assert_eq!((error.to_string(), &line), (told(is), &before));
    }
    // a root of a negative number is none
    let rng = &mut StdRng::seed_from_u64(0);
    let mut line = Line::new(rng);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(ExponentialDecay::new(0.1, 2, -0.5))).epochs(2);
    let error = trainer.fit(&mut line, (&[1.0], &[0.0]), rng).unwrap_err();
    assert!(matches!(error, Error::LearningRate { iteration: 1, .. }), "{error}");
    assert!(line.as_flat().iter().all(|number| number.is_finite()));
    let mut heapless = HeaplessTrainer::<_, _, _, 1>::new(MeanSquaredError, Sgd::new(0.1).momentum(2.0));
    let error = heapless.train_on_batch(&mut line, (&[1.0], &[0.0])).unwrap_err();
    assert_eq!(error.to_string(), "the `momentum` of `Sgd` is 2; it must be from 0 to 1");
}

/// A rate that is wrong from the sixth step on: what was learnt before it is kept.
#[test]
fn rates_that_come_late() {
    let rng = &mut StdRng::seed_from_u64(0);
    let start = Line::new(rng);
    let (x, y) = ([1.0; 3], [0.5; 3]);
    let steps = |count| {
        let mut line = start.clone();
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
        for _ in 0..count {
            trainer.train_on_batch(&mut line, (&x[..1], &y[..1])).unwrap();
        }
        line
    };
    let mut line = start.clone();
    let late = Sgd::new(PiecewiseConstantDecay::new(0.1, [(4, -0.1)]));
    let mut trainer = Trainer::new(MeanSquaredError, late).batch_size(1).epochs(3);
    let error = trainer.fit(&mut line, (&x, &y), rng).unwrap_err();
    assert_eq!(error.to_string(), "the learning rate of step 5 is -0.1; it must be finite and not negative");
    assert_eq!(line, steps(5));
    // set by hand, and by callbacks
    let told = "the learning rate of step 3 is NaN; it must be finite and not negative";
    let mut line = start.clone();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(1);
    trainer.fit(&mut line, (&x, &y), rng).unwrap();
    trainer.set_learning_rate(f64::NAN);
    assert_eq!(trainer.fit(&mut line, (&x, &y), rng).unwrap_err().to_string(), told);
    assert_eq!(trainer.train_on_batch(&mut line, (&x, &y)).unwrap_err().to_string(), told);
    assert_eq!(line, steps(3));
    let mut line = start.clone();
    let nan = |training: &mut Training<'_, Line>| training.set_learning_rate(f64::NAN);
    let callback = LambdaCallback::on_epoch_end(nan);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(1).epochs(2).callback(callback);
    assert_eq!(trainer.fit(&mut line, (&x, &y), rng).unwrap_err().to_string(), told);
    assert_eq!(line, steps(3));
    let scheduler = LearningRateScheduler::new(|_, rate| -rate);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).callback(scheduler);
    let error = trainer.fit(&mut line, (&x, &y), rng).unwrap_err();
    assert_eq!(error.to_string(), "the learning rate of step 0 is -0.1; it must be finite and not negative");
}

/// The step before a rate that is wrong can be taken back, as any other.
#[test]
fn the_step_before_a_wrong_rate() {
    let rng = &mut StdRng::seed_from_u64(0);
    let start = Large::new(rng);
    let (x, y) = ([0.5; 30], [0.25; 30]);
    let steps = |count| {
        let mut large = start.clone();
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01));
        for _ in 0..count {
            trainer.train_on_batch(&mut large, (&x[..1], &y[..1])).unwrap();
        }
        large
    };
    let mut large = start.clone();
    let late = Sgd::new(PiecewiseConstantDecay::new(0.01, [(19, -0.1)]));
    let mut trainer = Trainer::new(MeanSquaredError, late).batch_size(1);
    let error = trainer.fit(&mut large, (&x, &y), rng).unwrap_err();
    assert!(matches!(error, Error::LearningRate { iteration: 20, .. }), "{error}");
    assert_eq!(large, steps(20));
    trainer.set_learning_rate(0.01);
    assert!(trainer.train_on_batch(&mut large, (&x[..1], &[1e30])).is_err());
    assert_eq!(large, steps(19));
}

#[test]
fn of_losses() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut classes = Classes::new(rng);
    macro_rules! refuses {
        ($network:expr, $loss:expr, $targets:expr, $told:expr) => {{
            let mut trainer = Trainer::new($loss, Sgd::new(0.1));
            let errors = [
                trainer.fit($network, (&[1.0], $targets), rng).unwrap_err(),
                trainer.train_on_batch($network, (&[1.0], $targets)).unwrap_err(),
                trainer.evaluate($network, (&[1.0], $targets)).unwrap_err(),
            ];
            for error in errors {
                assert_eq!(error.to_string(), $told);
            }
        }};
    }
    let y = &[[1.0, 0.0]];
    let share = "the `share` of `LabelSmoothing` is 1.5; it must be from 0 to 1";
    refuses!(&mut classes, LabelSmoothing(1.5, CategoricalCrossEntropy), y, share);
    refuses!(&mut classes, LabelSmoothing(1.5, BinaryCrossEntropy), y, share);
    let mut logits = Logits::new(rng);
    refuses!(&mut logits, FromLogits(LabelSmoothing(1.5, CategoricalCrossEntropy)), y, share);
    let huber = "the `delta` of `Huber` is -1; it must be finite and not negative";
    refuses!(&mut classes, Huber(-1.0), y, huber);
    let gamma = "is NaN; it must be finite and not negative";
    let told = format!("the `gamma` of `BinaryFocalCrossEntropy` {gamma}");
    refuses!(&mut classes, BinaryFocalCrossEntropy::new().gamma(f64::NAN), y, told);
    let told = "the `class_balancing` of `BinaryFocalCrossEntropy` is 2; it must be from 0 to 1";
    refuses!(&mut classes, BinaryFocalCrossEntropy::new().class_balancing(2.0), y, told);
    let told = format!("the `gamma` of `CategoricalFocalCrossEntropy` {gamma}");
    refuses!(&mut classes, CategoricalFocalCrossEntropy::new().gamma(f64::NAN), y, told);
    let told = "the `q` of `CategoricalGeneralizedCrossEntropy` is 0; it must be above 0 and at most 1";
    refuses!(&mut classes, CategoricalGeneralizedCrossEntropy(0.0), &[1_u8], told);
    let mut trainer = Trainer::new(Huber(-1.0), Sgd::new(0.1)).class_weight([1.0, 1.0]);
    assert_eq!(trainer.train_on_batch(&mut classes, (&[1.0], y)).unwrap_err().to_string(), huber);
}

#[test]
fn of_metrics() {
    fn told<M: Metric<f32, Of<2>, Of<2>>>(metric: M) -> String {
        let rng = &mut StdRng::seed_from_u64(0);
        let mut classes = Classes::new(rng);
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(MeanAbsoluteError).metric(metric);
        let data = (&[1.0], &[[1.0, 0.0]]);
        let error = trainer.evaluate(&classes, data).unwrap_err().to_string();
        assert_eq!(trainer.fit(&mut classes, data, rng).unwrap_err().to_string(), error);
        assert_eq!(trainer.evaluate_batches(&classes, [data_of_a_batch()]).unwrap_err().to_string(), error);
        error
    }
    fn data_of_a_batch() -> ([[f32; 1]; 1], [[f32; 2]; 1]) {
        ([[1.0]], [[1.0, 0.0]])
    }
    let output = |metric| format!("`{metric}` is to look at output 2, but the network has 2 outputs, counted from 0");
    assert_eq!(told(Precision::new().class_id(2)), output("Precision"));
    assert_eq!(told(Recall::new().class_id(2)), output("Recall"));
    assert_eq!(told(PrecisionAtRecall::new(0.5).class_id(2)), output("PrecisionAtRecall"));
    assert_eq!(told(FBetaScore::new(1.0).average(Average::Output(2))), output("FBetaScore"));
    assert_eq!(told(Weighted(Recall::new().class_id(2))), output("Recall"));
    assert_eq!(told(Precision::new().threshold(f64::NAN)), "the `threshold` of `Precision` is NaN; it must be finite");
    let recall = "the `recall` of `PrecisionAtRecall` is 1.5; it must be from 0 to 1";
    assert_eq!(told(PrecisionAtRecall::new(1.5)), recall);
    assert_eq!(told(FBetaScore::new(-1.0)), "the `beta` of `FBetaScore` is -1; it must be finite and not negative");
    assert_eq!(told(Huber(-1.0)), "the `delta` of `Huber` is -1; it must be finite and not negative");
    let share = "the `share` of `LabelSmoothing` is -0.5; it must be from 0 to 1";
    assert_eq!(told(LabelSmoothing(-0.5, CategoricalCrossEntropy)), share);
    // the last output is one
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(Precision::new().class_id(1));
    trainer.evaluate(&Classes::new(&mut StdRng::seed_from_u64(0)), (&[1.0], &[[1.0, 0.0]])).unwrap();
}

#[test]
fn of_callbacks() {
    fn told(callback: impl Callback<Line>) -> String {
        let rng = &mut StdRng::seed_from_u64(0);
        let mut line = Line::new(rng);
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).callback(callback);
        trainer.fit(&mut line, (&[1.0], &[0.0]), rng).unwrap_err().to_string()
    }
    let factor = "the `factor` of `ReduceLrOnPlateau` is 2; it must be from 0 to below 1";
    assert_eq!(told(ReduceLrOnPlateau::new("loss").factor(2.0)), factor);
    let least = "the `min_lr` of `ReduceLrOnPlateau` is -1; it must be finite and not negative";
    assert_eq!(told(ReduceLrOnPlateau::new("loss").min_lr(-1.0)), least);
    let delta = "is NaN; it must be finite and not negative";
    let nan = f64::NAN;
    assert_eq!(
        told(ReduceLrOnPlateau::new("loss").min_delta(nan)),
        format!("the `min_delta` of `ReduceLrOnPlateau` {delta}")
    );
    assert_eq!(
        told(EarlyStopping::<f32>::new("loss").min_delta(nan)),
        format!("the `min_delta` of `EarlyStopping` {delta}")
    );
    let baseline = "the `baseline` of `EarlyStopping` is NaN; it must be finite";
    assert_eq!(told(EarlyStopping::<f32>::new("loss").baseline(nan)), baseline);
}

/// What is refused when training begins is refused where nothing is trained.
#[test]
fn a_loss_can_be_asked() {
    assert!(Loss::<f32, typenet::activations::Linear, Of<1>, Of<1>>::check(&Huber(-1.0)).is_err());
    assert!(Loss::<f32, typenet::activations::Linear, Of<1>, Of<1>>::check(&Huber(1.0)).is_ok());
}
