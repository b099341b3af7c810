//! Any number of threads gives the same bits.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;
mod training;

use std::cell::RefCell;
use std::rc::Rc;
use std::thread;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use typenet::Epoch;
use typenet::callbacks::{Callback, Training};
use typenet::prelude::*;

use crate::support::xor_samples;

typenet::network! {
    Wide = Dense(2 -> 200, tanh), Dense(200 -> 100, gelu), Dense(100 -> 2, softmax);
    Wide40 = Dense(40 -> 90, silu), Dense(90 -> 40);
    Nested = Dense(2 -> 40, tanh), [Wide40(40 -> 40); 2], Residual(Dense(40 -> 70, relu), Dense(70 -> 40)),
        Dense(40 -> 2, sigmoid);
    Rows = Embedding(3 -> 60, input_dim = 200), Dense(120, tanh), Dense(2, softmax);
    Gates = Dense(3 -> 200, tanh), Glu, Dense(80), Residual(Dense(160), Glu), Dense(2, softmax);
    Forked = Concatenate(Dense(3 -> 150, relu), (Embedding(3 -> 60, input_dim = 9), Glu), linear), Dense(50, silu),
        Concatenate((Dense(30), Dropout(0.2)), tanh), Dense(2, softmax);
    Barred = Dense(3 -> 150, tanh), BatchNormalization, Dropout(0.2), Dense(100), BatchNormalization, relu, Dense(2, softmax)
}

/// Several threads predict what one predicts. The last tile is ragged, and the last thread has less to do than the others.
fn predictions<N: Network<Scalar = f32, Input = Tile<f32, 2>, Output = Tile<f32, 2>>>(network: &N) {
    let (x, _) = xor_samples(1001, &mut StdRng::seed_from_u64(0));
    for count in [0, 17, 1001] {
        let x = &x[..count];
        let bits = |outputs: &[[f32; 2]]| outputs.as_flattened().iter().map(|y| y.to_bits()).collect::<Vec<_>>();
        let expected = bits(&network.predict_many(x));
        for threads in [0, 1, 2, 3, 5] {
            let mut pass = Pass::new().threads(threads);
            for _ in 0..2 {
                let mut outputs = vec![[f32::NAN; 2]; count];
                pass.predict(network, x, &mut outputs).unwrap();
                assert_eq!(bits(&outputs), expected, "{count} samples, {threads} threads");
            }
        }
    }
}

#[test]
fn predictions_of_threads_are_those_of_one() {
    let rng = &mut StdRng::seed_from_u64(1);
    predictions(&Wide::new(rng));
    predictions(&Nested::new(rng));
}

/// What holds memory from call to call may itself go from thread to thread, and be seen by several.
#[test]
fn a_pass_is_for_any_thread() {
    fn is_for_any_thread<T: Send + Sync>(_: &T) {}
    is_for_any_thread(&Pass::<Wide>::new().threads(2));
}

/// What a training leaves: a network, and its history without times.
fn train<N, O, C>(new: fn(&mut StdRng) -> N, optimizer: O, threads: usize, callback: C) -> (N, Vec<Epoch>)
where
    N: Network<Scalar = f32, Input = Tile<f32, 3>, Output = Tile<f32, 2>>,
    O: Optimizer,
    C: Callback<N>,
    CategoricalCrossEntropy: typenet::losses::Loss<f32, N::Head, Tile<f32, 2>, Tile<f32, 2>>,
{
    const BATCH: usize = 250;
    // beyond what one share of the work is for each of three threads
    const { assert!(BATCH * N::PARAMETERS * 3 > 3 << 21) };
    let rng = &mut StdRng::seed_from_u64(2);
    let x: Vec<[f32; 3]> = (0..700).map(|_| core::array::from_fn(|_| f32::from(rng.random_range(0..3_u8)))).collect();
    let y: Vec<[f32; 2]> = x.iter().map(|x| if x[0] > x[1] { [1.0, 0.0] } else { [0.0, 1.0] }).collect();
    let mut network = new(rng);
    let trainer = Trainer::new(CategoricalCrossEntropy, optimizer).batch_size(BATCH).epochs(2).threads(threads);
    let history = trainer.callback(callback).fit(&mut network, (&x, &y), rng).unwrap();
    (network, history.epochs.into_iter().map(|epoch| Epoch { seconds: 0.0, ..epoch }).collect())
}

/// Three threads leave what one leaves.
fn same<N, O>(new: fn(&mut StdRng) -> N, optimizer: &O)
where
    N: Network<Scalar = f32, Input = Tile<f32, 3>, Output = Tile<f32, 2>>,
    O: Optimizer,
    CategoricalCrossEntropy: typenet::losses::Loss<f32, N::Head, Tile<f32, 2>, Tile<f32, 2>>,
{
    let expected = train(new, optimizer.clone(), 1, ());
    for threads in [2, 3] {
        assert!(
            train(new, optimizer.clone(), threads, ()) == expected,
            "{} with {optimizer:?}, {threads} threads",
            N::NAME
        );
    }
}

#[test]
fn layers_of_another_shape() {
    same(Rows::new, &Adam::new(0.01));
    same(Gates::new, &Adam::new(0.01));
    same(Forked::new, &Adam::new(0.01));
}

#[test]
fn tiles_that_wait_for_each_other() {
    same(Barred::new, &Adam::new(0.01));
}

/// Optimizers that want the whole gradient see it before each thread moves its part; or one thread makes their step.
#[test]
fn optimizers_that_want_the_whole() {
    same(Gates::new, &Adam::new(0.01).global_clipnorm(0.01).weight_decay(0.1).use_ema(0.5, Some(2)));
    same(Gates::new, &Sgd::new(0.1).momentum(0.9).clipnorm(0.01).gradient_accumulation_steps(2));
    same(Gates::new, &Ftrl::new(0.1).clipvalue(0.001));
    same(Gates::new, &Adagrad::new(0.1));
    same(Barred::new, &Adagrad::new(0.1).use_ema(0.5, None));
}

/// Remembers the threads that it is called by, and cannot be sent to another.
#[derive(Clone, Debug, Default)]
struct Calls(Rc<RefCell<Vec<thread::ThreadId>>>, bool);

impl<N: Network> Callback<N> for Calls {
    fn follows_batches(&self) -> bool {
        self.1
    }

    fn on_batch_end(&mut self, _: &mut Training<'_, N>) -> Result<(), typenet::Error> {
        self.0.borrow_mut().push(thread::current().id());
        Ok(())
    }
}

/// What follows batches hears of each, on the thread that trains; where nothing does, they come without a pause.
#[test]
fn callbacks_between_batches() {
    let expected = train(Gates::new, Adam::new(0.01), 1, ());
    for follows in [true, false] {
        let calls = Calls(Rc::default(), follows);
        assert!(train(Gates::new, Adam::new(0.01), 2, calls.clone()) == expected, "{follows}");
        let count = if follows { 2 * 3 } else { 0 };
        assert_eq!(*calls.0.borrow(), vec![thread::current().id(); count]);
    }
}
