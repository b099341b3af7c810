//! What is watched: functions that the compiler must not melt into others.
#![allow(missing_docs, clippy::unwrap_used, reason = "this is compiled to be read, not to run")]

use std::hint::black_box;

use typenet::bytemuck::{Zeroable, zeroed_box};
use typenet::prelude::*;

network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Mlp = Dense(784 -> 128, relu), Dense(128 -> 10, softmax)
}

#[inline(never)]
fn xor_predict(xor: &Xor, x: [f32; 2]) -> [f32; 2] {
    xor.predict(&x)
}

#[inline(never)]
fn xor_step(trainer: &mut Trainer<Xor, BinaryCrossEntropy, Sgd, ((), Accuracy)>, xor: &mut Xor, x: &[[f32; 2]]) {
    trainer.train_on_batch(xor, (x, x)).unwrap();
}

/// What calls the products that larger layers share.
#[inline(never)]
fn mlp(trainer: &mut Trainer<Mlp, CategoricalCrossEntropy, Sgd>, mlp: &mut Mlp, x: &[[f32; 784]], y: &[[f32; 10]]) {
    trainer.train_on_batch(mlp, (x, y)).unwrap();
    black_box(mlp.predict(&x[0]));
}

/// What calls the steps of optimizers whose rules are long: one that is not inlined has no vector registers.
#[inline(never)]
fn steps(xor: &mut Xor, pass: &mut Pass<Xor>) {
    fn step(xor: &mut Xor, pass: &mut Pass<Xor>, optimizer: impl Optimizer) {
        Trainer::new(BinaryCrossEntropy, optimizer).apply_gradient(xor, pass);
    }
    step(xor, pass, Adam::new(0.01).amsgrad());
    step(xor, pass, Nadam::new(0.01));
    step(xor, pass, Adadelta::new(0.01));
    step(xor, pass, Ftrl::new(0.01));
    step(xor, pass, RmsProp::new(0.01).momentum(0.9).centered());
}

fn main() {
    let xor = &mut black_box(Xor::zeroed());
    black_box(xor_predict(xor, [0.0; 2]));
    xor_step(&mut Trainer::new(BinaryCrossEntropy, Sgd::new(0.01).momentum(0.99)).metric(Accuracy), xor, &[[0.0; 2]]);
    steps(xor, &mut black_box(Pass::new()));
    let network = &mut black_box(zeroed_box());
    mlp(&mut Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01).momentum(0.9)), network, &[[0.0; 784]], &[[0.0; 10]]);
}
