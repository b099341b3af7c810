//! The XOR notebook over many seeds: where it ends is a property of the algorithm, not of one lucky start.
//!
//! With momentum 0.99 and four relu neurons some initialisations die, in every framework. Of 200 seeds a reference in
//! JAX ended above 0.95 with 171 and below 0.8 with 29; ours must be in the same place.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

use std::thread;

use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::prelude::*;

use crate::support::xor_samples;

typenet::network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }

/// The notebook's training; the accuracy on 5,000 new points.
fn test_accuracy(seed: u64) -> f64 {
    let rng = &mut StdRng::seed_from_u64(seed);
    let (x, y) = xor_samples(10_000, rng);
    let mut xor = Xor::new(rng);
    let optimizer = Sgd::new(0.01).momentum(0.99).decay(0.001);
    let mut trainer = Trainer::new(BinaryCrossEntropy, optimizer).metric(Accuracy).epochs(200).batch_size(100);
    trainer.fit(&mut xor, (&x, &y), rng).unwrap();
    let (x, y) = xor_samples(5_000, rng);
    trainer.evaluate(&xor, (&x, &y)).unwrap().metric("accuracy").unwrap()
}

#[test]
fn two_hundred_seeds() {
    // half of them beside the other half
    let accuracies: Vec<f64> = thread::scope(|scope| {
        let first = scope.spawn(|| (0..100).map(test_accuracy).collect::<Vec<f64>>());
        let others: Vec<f64> = (100..200).map(test_accuracy).collect();
        [first.join().unwrap(), others].concat()
    });
    let good = accuracies.iter().filter(|accuracy| **accuracy > 0.95).count();
    let bad: Vec<usize> = (0..200).filter(|seed| accuracies[*seed] <= 0.95).collect();
    assert!((155..=187).contains(&good), "{good} of 200 seeds end above 0.95; the others: {bad:?}");
    println!("{good} of 200 seeds end above 0.95; the others: {bad:?}");
}
