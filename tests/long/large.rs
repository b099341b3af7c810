//! Networks far larger than a stack: the parameters, the gradient and all that training needs lie on the heap. Where nothing
//! is optimised `tests/stack.rs` shows the same of smaller ones.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::thread;

use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::prelude::*;

typenet::network! { Huge = Dense(2 -> 10_000, relu), Dense(10_000, relu), Dense(1) }

/// An eighth of the stack that Rust gives to a thread.
const STACK: usize = 256 * 1024;

#[test]
fn a_hundred_million_parameters_live_beside_a_small_stack() {
    const { assert!(Huge::PARAMETERS > 100_000_000) };
    let work = || {
        let rng = &mut StdRng::seed_from_u64(0);
        let mut network = Huge::boxed(rng);
        let before = network.predict(&[0.5, -0.5])[0];
        let (x, y) = ([[0.5, -0.5]], [[before + 1.0]]);
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-3));
        let history = trainer.fit(&mut *network, (&x, &y), rng).unwrap();
        assert!((history.last().unwrap().training.loss - 1.0).abs() < 1e-3);
        let after = network.predict(&[0.5, -0.5])[0];
        assert_eq!(network.predict_many(&x).len(), x.len());
        assert!(after > before, "the step moves the output towards its target: {before} to {after}");
    };
    thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}
