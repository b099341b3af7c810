//! Twenty steps of every optimizer with every schedule and every option, number by number as Keras makes them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod steps;
#[path = "../support/mod.rs"]
mod support;

use serde::Deserialize;
use typenet::bytemuck::Zeroable as _;
use typenet::prelude::*;
use typenet::schedules::{
    CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay, OneCycle, PiecewiseConstantDecay,
    PolynomialDecay, Schedule,
};

use crate::support::fixture;

const STEPS: usize = 20;
const TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct Fixture {
    data: Vec<f64>,
    targets: Vec<f64>,
    start: Vec<f64>,
    batch_size: usize,
    rates: Vec<Scheduled>,
    trajectories: Vec<Trajectory>,
}

#[derive(Deserialize)]
struct Scheduled {
    schedule: String,
    rate: f64,
    rates: Vec<f64>,
}

#[derive(Deserialize)]
struct Trajectory {
    optimizer: String,
    option: Option<String>,
    schedule: String,
    rate: f64,
    loss: f64,
    weights: Vec<f64>,
}

/// Every schedule of the fixture as one type, so that each optimizer is compiled once.
#[derive(Clone, Copy, Debug)]
enum Any {
    Constant(f64),
    Exponential(ExponentialDecay),
    InverseTime(InverseTimeDecay),
    Polynomial(PolynomialDecay),
    Piecewise(PiecewiseConstantDecay<2>),
    Cosine(CosineDecay),
    Restarts(CosineDecayRestarts),
    OneCycle(OneCycle),
}

impl Schedule for Any {
    fn learning_rate(&self, iteration: u64) -> f64 {
        match self {
            Self::Constant(rate) => rate.learning_rate(iteration),
            Self::Exponential(schedule) => schedule.learning_rate(iteration),
            Self::InverseTime(schedule) => schedule.learning_rate(iteration),
            Self::Polynomial(schedule) => schedule.learning_rate(iteration),
            Self::Piecewise(schedule) => schedule.learning_rate(iteration),
            Self::Cosine(schedule) => schedule.learning_rate(iteration),
            Self::Restarts(schedule) => schedule.learning_rate(iteration),
            Self::OneCycle(schedule) => schedule.learning_rate(iteration),
        }
    }
}

impl Any {
    fn named(name: &str, rate: f64) -> Self {
        match name {
            "constant" => Self::Constant(rate),
            "exponential" => Self::Exponential(ExponentialDecay::new(rate, 8, 0.5)),
            "exponential_staircase" => Self::Exponential(ExponentialDecay::new(rate, 8, 0.75).staircase()),
            "inverse_time" => Self::InverseTime(InverseTimeDecay::new(rate, 4, 0.5)),
            "inverse_time_staircase" => Self::InverseTime(InverseTimeDecay::new(rate, 4, 0.5).staircase()),
            "polynomial" => Self::Polynomial(PolynomialDecay::new(rate, 15).end_learning_rate(rate / 4.0).power(2.0)),
            "polynomial_cycle" => Self::Polynomial(PolynomialDecay::new(rate, 6).end_learning_rate(rate / 8.0).cycle()),
            "piecewise" => Self::Piecewise(PiecewiseConstantDecay::new(rate, [(4, rate / 2.0), (11, rate * 2.0)])),
            "cosine" => Self::Cosine(CosineDecay::new(rate, 16).alpha(0.125)),
            "cosine_warmup" => Self::Cosine(CosineDecay::new(rate / 8.0, 12).alpha(0.25).warmup(rate, 5)),
            "cosine_restarts" => Self::Restarts(CosineDecayRestarts::new(rate, 3).m_mul(0.75).alpha(0.125)),
            "cosine_restarts_even" => Self::Restarts(CosineDecayRestarts::new(rate, 7).t_mul(1.0).m_mul(0.5)),
            "one_cycle" => Self::OneCycle(OneCycle::new(rate, 18)),
            "one_cycle_three_phase" => {
                let cycle = OneCycle::new(rate, 20).pct_start(0.4).linear().three_phase();
                Self::OneCycle(cycle.div_factor(8.0).final_div_factor(16.0))
            }
            other => panic!("no test for the schedule {other}"),
        }
    }
}

#[test]
fn schedules() {
    let fixture: Fixture = fixture("optimizers");
    assert_eq!(fixture.rates.len(), 13);
    for Scheduled { schedule, rate, rates } in &fixture.rates {
        let ours = Any::named(schedule, *rate);
        for (iteration, keras) in (0..).zip(rates) {
            let ours = ours.learning_rate(iteration);
            let apart = (ours - keras).abs();
            // where a cosine comes down to 0, what is left of it is rounding
            assert!(apart <= 1e-14 * rate, "{schedule}, step {iteration}: ours {ours:e}, Keras {keras:e}");
        }
    }
}

typenet::network! { Net: f64 = Dense(3 -> 5, tanh), Dense(5 -> 2) }

impl Fixture {
    /// Trains from the start, with gradients from outside, and compares the last loss and the weights.
    fn follow<O: Optimizer>(&self, trajectory: &Trajectory, optimizer: O) {
        let Trajectory { optimizer: name, option, schedule, loss: keras, weights, .. } = trajectory;
        let what = format!("{name} {} with {schedule}", option.as_deref().unwrap_or("by default"));
        let x: Vec<[f64; 3]> = self.data.chunks_exact(3).map(|row| row.try_into().unwrap()).collect();
        let t: Vec<[f64; 2]> = self.targets.chunks_exact(2).map(|row| row.try_into().unwrap()).collect();
        let mut net = Net::zeroed();
        net.as_flat_mut().copy_from_slice(&self.start);
        let (mut pass, mut trainer) = (Pass::new(), Trainer::new(MeanSquaredError, optimizer));
        let batches: Vec<_> = x.chunks(self.batch_size).zip(t.chunks(self.batch_size)).collect();
        let mut loss = 0.0;
        for (x, t) in batches.into_iter().cycle().take(STEPS) {
            let numbers = 2.0 * x.len() as f64;
            let errors: Vec<[f64; 2]> =
                net.predict_many(x).iter().zip(t).map(|(y, t)| [y[0] - t[0], y[1] - t[1]]).collect();
            loss = errors.iter().flatten().map(|e| e * e).sum::<f64>() / numbers;
            let d: Vec<[f64; 2]> = errors.iter().map(|e| e.map(|e| 2.0 * e / numbers)).collect();
            pass.backward(&net, x, &d, &mut []).unwrap();
            trainer.apply_gradient(&mut net, &mut pass);
        }
        assert!((loss - keras).abs() <= TOLERANCE * keras, "{what}: loss {loss:e}, Keras {keras:e}");
        let largest = weights.iter().fold(0.0_f64, |most, w| most.max(w.abs()));
        for (ours, keras) in net.as_flat().iter().zip(weights) {
            assert!((ours - keras).abs() <= TOLERANCE * largest, "{what}: weight {ours:e}, Keras {keras:e}");
        }
    }

    fn follow_named(&self, trajectory: &Trajectory) {
        let rate = Any::named(&trajectory.schedule, trajectory.rate);
        match (trajectory.optimizer.as_str(), trajectory.option.as_deref().unwrap_or_default()) {
            ("sgd", "") => self.follow(trajectory, Sgd::new(rate)),
            ("sgd", "nesterov") => self.follow(trajectory, Sgd::new(rate).momentum(0.9).nesterov()),
            ("sgd", option) => self.follow_sgd(trajectory, option, Sgd::new(rate)),
            ("rms_prop", "") => self.follow(trajectory, RmsProp::new(rate)),
            ("rms_prop", "momentum") => self.follow(trajectory, RmsProp::new(rate).rho(0.75).momentum(0.9)),
            ("rms_prop", "centered") => self.follow(trajectory, RmsProp::new(rate).centered().epsilon(0.001)),
            ("rms_prop", "both") => self.follow(trajectory, RmsProp::new(rate).rho(0.75).momentum(0.5).centered()),
            ("rms_prop", "weight_decay") => {
                self.follow(trajectory, RmsProp::new(rate).momentum(0.5).weight_decay(0.25));
            }
            ("adam", "") => self.follow(trajectory, Adam::new(rate)),
            ("adam", "amsgrad") => {
                self.follow(trajectory, Adam::new(rate).beta_1(0.75).beta_2(0.5).epsilon(0.01).amsgrad());
            }
            ("adam", "accumulation") => self.follow(trajectory, Adam::new(rate).gradient_accumulation_steps(3)),
            ("adam", "clipnorm") => self.follow(trajectory, Adam::new(rate).clipnorm(0.0625).weight_decay(0.25)),
            ("adam", "global_clipnorm") => self.follow(trajectory, Adam::new(rate).global_clipnorm(0.125)),
            ("adam", "all") => {
                // in another order than a step takes them
                let adam = Adam::new(rate).use_ema(0.5, 3).weight_decay(0.25).clipvalue(0.125);
                self.follow(trajectory, adam.gradient_accumulation_steps(2));
            }
            ("adam_w", "") => self.follow(trajectory, AdamW::new(rate)),
            ("adam_w", "amsgrad") => {
                self.follow(trajectory, AdamW::new(rate).weight_decay(0.5).beta_2(0.5).amsgrad());
            }
            ("adamax", "") => self.follow(trajectory, Adamax::new(rate)),
            ("adamax", "betas") => {
                self.follow(trajectory, Adamax::new(rate).beta_1(0.75).beta_2(0.5).epsilon(0.01));
            }
            ("nadam", "") => self.follow(trajectory, Nadam::new(rate)),
            ("nadam", "betas") => self.follow(trajectory, Nadam::new(rate).beta_1(0.75).beta_2(0.5).epsilon(0.01)),
            ("adagrad", "") => self.follow(trajectory, Adagrad::new(rate)),
            ("adagrad", "zero") => {
                self.follow(trajectory, Adagrad::new(rate).initial_accumulator_value(0.0).epsilon(0.01));
            }
            ("adadelta", "") => self.follow(trajectory, Adadelta::new(rate)),
            ("adadelta", "rho") => self.follow(trajectory, Adadelta::new(rate).rho(0.5).epsilon(0.01)),
            ("lion", "") => self.follow(trajectory, Lion::new(rate)),
            ("lion", "betas") => self.follow(trajectory, Lion::new(rate).beta_1(0.5).beta_2(0.75)),
            ("lion", "weight_decay") => self.follow(trajectory, Lion::new(rate).weight_decay(0.5)),
            ("ftrl", "") => self.follow(trajectory, Ftrl::new(rate)),
            ("ftrl", "penalties") => {
                let ftrl = Ftrl::new(rate).learning_rate_power(-0.75).initial_accumulator_value(0.5).beta(0.5);
                let ftrl = ftrl.l1_regularization_strength(0.25).l2_regularization_strength(0.125);
                self.follow(trajectory, ftrl.l2_shrinkage_regularization_strength(0.0625));
            }
            ("lamb", "") => self.follow(trajectory, Lamb::new(rate)),
            ("lamb", "betas") => self.follow(trajectory, Lamb::new(rate).beta_1(0.75).beta_2(0.5).epsilon(0.01)),
            ("lamb", "weight_decay") => self.follow(trajectory, Lamb::new(rate).weight_decay(0.5)),
            ("lamb", "clipnorm") => self.follow(trajectory, Lamb::new(rate).clipnorm(0.0625)),
            ("adafactor", "") => self.follow(trajectory, Adafactor::new(rate)),
            ("adafactor", "numbers") => {
                let adafactor = Adafactor::new(rate).beta_2_decay(-0.5).epsilon_1(0.25).epsilon_2(0.5);
                self.follow(trajectory, adafactor.clip_threshold(0.5));
            }
            ("adafactor", "weight_decay") => self.follow(trajectory, Adafactor::new(rate).weight_decay(0.5)),
            ("adafactor", "accumulation") => {
                self.follow(trajectory, Adafactor::new(rate).gradient_accumulation_steps(3).clipnorm(0.0625));
            }
            ("muon", option) => self.follow_muon(trajectory, option, Muon::new(rate)),
            ("schedule_free_adam_w", "") => self.follow(trajectory, ScheduleFreeAdamW::new(rate)),
            ("schedule_free_adam_w", "betas") => {
                self.follow(trajectory, ScheduleFreeAdamW::new(rate).beta_1(0.75).beta_2(0.5).epsilon(0.01));
            }
            ("schedule_free_adam_w", "warmup") => self.follow(trajectory, ScheduleFreeAdamW::new(rate).warmup_steps(6)),
            ("schedule_free_adam_w", "weight_decay") => {
                self.follow(trajectory, ScheduleFreeAdamW::new(rate).weight_decay(0.5));
            }
            (optimizer, option) => panic!("no test for {optimizer} {option}"),
        }
    }

    fn follow_muon(&self, trajectory: &Trajectory, option: &str, muon: Muon<Any>) {
        match option {
            "" => self.follow(trajectory, muon),
            "excluded" => self.follow(trajectory, muon.exclude_layers(&["dense_1"])),
            "numbers" => {
                let muon = muon.momentum(0.5).nesterov(false).ns_steps(4).rms_rate(None).weight_decay(0.5);
                self.follow(trajectory, muon.muon_a(3.0).muon_b(-4.0).muon_c(2.0));
            }
            "adam" => {
                let muon = muon.exclude_layers(&["dense", "dense_1"]).adam_beta_1(0.75).adam_beta_2(0.5);
                self.follow(trajectory, muon.adam_weight_decay(0.25).adam_lr_ratio(0.5).epsilon(0.01));
            }
            "accumulation" => {
                let muon = muon.rms_rate(0.5).gradient_accumulation_steps(3);
                self.follow(trajectory, muon.global_clipnorm(0.125));
            }
            other => panic!("no test for muon {other}"),
        }
    }

    fn follow_sgd(&self, trajectory: &Trajectory, option: &str, sgd: Sgd<Any>) {
        match option {
            "clipvalue" => self.follow(trajectory, sgd.clipvalue(0.0625)),
            "clipnorm" => self.follow(trajectory, sgd.clipnorm(0.125)),
            "global_clipnorm" => self.follow(trajectory, sgd.global_clipnorm(0.25)),
            "accumulation" => self.follow(trajectory, sgd.gradient_accumulation_steps(3)),
            "ema" => self.follow(trajectory, sgd.momentum(0.5).use_ema(0.75, 5)),
            other => panic!("no test for sgd {other}"),
        }
    }
}

#[test]
fn optimizers() {
    let fixture: Fixture = fixture("optimizers");
    assert_eq!(fixture.trajectories.len(), 14 * 14 + 36, "the fixture has lost its cases");
    for trajectory in &fixture.trajectories {
        fixture.follow_named(trajectory);
    }
}

#[test]
fn schedules_at_their_edges() {
    // which begins at its height
    let peak = OneCycle::new(0.5, 10).pct_start(0.1);
    assert_eq!([peak.learning_rate(0), peak.learning_rate(9)], [0.5, 0.5 / 25.0 / 1e4]);
    assert_eq!(OneCycle::new(0.5, 1).pct_start(1.0).learning_rate(0), 0.5);
    // where the logarithm of 3^5 is less than five times that of 3
    let restarts = CosineDecayRestarts::new(0.5, 10).t_mul(3.0);
    for restart in [0, 10, 40, 130, 400, 1210, 3640] {
        assert_eq!(restarts.learning_rate(restart), 0.5, "at {restart}");
        assert!(restart == 0 || restarts.learning_rate(restart - 1) < 0.05, "before {restart}");
    }
    // of no steps
    let rates = |iteration| {
        [
            CosineDecay::new(0.5, 0).warmup(1.0, 0).learning_rate(iteration),
            CosineDecayRestarts::new(0.5, 0).learning_rate(iteration),
            ExponentialDecay::new(0.5, 0, 0.5).learning_rate(iteration),
            InverseTimeDecay::new(0.5, 0, 0.5).learning_rate(iteration),
            PolynomialDecay::new(0.5, 0).learning_rate(iteration),
            PolynomialDecay::new(0.5, 0).cycle().learning_rate(iteration),
            OneCycle::new(0.5, 0).learning_rate(iteration),
        ]
    };
    for iteration in [0, 1, 7] {
        assert!(rates(iteration).iter().all(|rate| (0.0..=1.0).contains(rate)), "{iteration}: {:?}", rates(iteration));
    }
}
