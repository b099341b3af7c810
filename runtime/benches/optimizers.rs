//! What a step of each optimizer costs, with what all of them can be told.
//!
//! ```text
//! cargo bench -p typenet-benches --bench optimizers             a table, some seconds
//! cargo bench -p typenet-benches --bench optimizers -- Adam     the rows that begin so
//! ```
//!
//! Nanoseconds for each thousand parameters, of a network with 101,770 (784-128-10) whose gradient lies in memory, and for
//! comparison the time in which one core reads and writes what the plain step must: the parameters, those from before the
//! step, the gradient and the slots. Let nothing else run meanwhile.
#![allow(missing_docs)]

#[allow(dead_code, reason = "another bench uses all of it")]
mod limits;

use std::time::{Duration, Instant};

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng};
use typenet::prelude::*;

network! { Mlp = Dense(784 -> 128, relu), Dense(128 -> 10, softmax) }

/// A row: the optimizer as it is, and with each of what all of them can be told.
macro_rules! rows {
    ($($optimizer:expr;)*) => {$(
        let name = stringify!($optimizer).replace("::new", "");
        if wanted(&name) {
            let optimizer = $optimizer;
            print!("{name:<42}{:>8.0}", touched(&optimizer));
            print!("{:>8.0}", step(optimizer));
            print!("{:>8.0}", step(optimizer.clipvalue(0.01)));
            print!("{:>8.0}", step(optimizer.clipnorm(0.1)));
            print!("{:>8.0}", step(optimizer.global_clipnorm(0.1)));
            print!("{:>8.0}", step(optimizer.weight_decay(1e-4)));
            print!("{:>8.0}", step(optimizer.use_ema(0.99, None)));
            println!("{:>8.0}", step(optimizer.gradient_accumulation_steps(2)));
        }
    )*};
}

fn main() {
    let columns = ["memory", "plain", "value", "norm", "global", "decay", "average", "gather"];
    println!("{:<42}{}", "ns / 1000 parameters", columns.map(|column| format!("{column:>8}")).concat());
    rows! {
        Sgd::new(0.001);
        Sgd::new(0.001).momentum(0.9);
        Sgd::new(0.001).momentum(0.9).nesterov();
        RmsProp::new(0.001);
        RmsProp::new(0.001).momentum(0.9).centered();
        Adam::new(0.001);
        Adam::new(0.001).amsgrad();
        AdamW::new(0.001);
        Adamax::new(0.001);
        Nadam::new(0.001);
        Adagrad::new(0.001);
        Adadelta::new(0.001);
        Lion::new(0.001);
        Ftrl::new(0.001);
        Lamb::new(0.001);
        Adafactor::new(0.001);
        Muon::new(0.001);
        ScheduleFreeAdamW::new(0.001);
    }
}

/// Whether the row was asked for.
fn wanted(name: &str) -> bool {
    let mut names = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    names.peek().is_none() || names.any(|begin| name.starts_with(&begin))
}

/// A step, in nanoseconds for each thousand parameters.
fn step(optimizer: impl Optimizer) -> f64 {
    const STEPS: usize = 200;
    let rng = &mut Xoshiro256PlusPlus::seed_from_u64(1);
    let mut network = Mlp::boxed(rng);
    let mut gradient = vec![0.0_f32; Mlp::PARAMETERS];
    gradient.fill_with(|| rng.random_range(-0.01..0.01));
    let mut trainer = Trainer::<Mlp, _, _>::new(CategoricalCrossEntropy, optimizer);
    let mut pass = Pass::<Mlp>::new();
    let mut times: Vec<Duration> = (0..STEPS)
        .map(|_| {
            pass.gradient_mut().as_flat_mut().copy_from_slice(&gradient);
            let start = Instant::now();
            trainer.apply_gradient(&mut network, &mut pass);
            start.elapsed()
        })
        .collect();
    times.sort();
    times[STEPS / 4].as_secs_f64() * 1e12 / Mlp::PARAMETERS as f64
}

/// How long one core takes to read and write as much as a step does, in nanoseconds for each thousand parameters.
fn touched<O: Optimizer>(_: &O) -> f64 {
    const RUNS: usize = 50;
    // parameters, those from before the step, gradient
    let mut numbers = vec![1.0_f32; (3 + O::SLOTS) * Mlp::PARAMETERS];
    let best = limits::best(RUNS, || {
        for number in std::hint::black_box(&mut numbers) {
            *number += 1.0;
        }
    });
    best.as_secs_f64() * 1e12 / Mlp::PARAMETERS as f64
}
