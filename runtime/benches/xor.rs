//! The main job, timed: the XOR training of the example, its steps and its predictions.
//!
//! ```text
//! cargo bench -p typenet-benches --bench xor                     everything, about a minute
//! cargo bench -p typenet-benches --bench xor -- predict          what has `predict` in its name
//! ```
//!
//! First it prints how long the training takes beside the same training written by hand in intrinsics (`by_hand`), in
//! turns, after showing that both learn the same; then criterion's figures follow. Ratios compare between machines, times
//! do not. Let nothing else run meanwhile.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench fails by panicking")]

#[cfg(target_arch = "x86_64")]
mod by_hand;
#[allow(dead_code, reason = "the other bench uses more of it")]
mod limits;
#[allow(dead_code, unused_imports, reason = "the tests within are run elsewhere")]
#[path = "../src/trainer/shuffle.rs"]
mod shuffle;

extern crate alloc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nalgebra::Matrix2xX;
use rand::SeedableRng;
use rand::rngs::{StdRng, Xoshiro256PlusPlus};
use rand_distr::{Distribution, StandardNormal};
use std::hint::black_box;
use typenet::bytemuck::Zeroable;
use typenet::data::{Samples, Targets};
use typenet::optimizers::Sgd;
use typenet::prelude::*;
use typenet::simd::{Simd, Task, dispatch, level};

network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }

const SAMPLES: usize = 10_000;
const BATCH: usize = 100;
const EPOCHS: usize = 200;

type Rows = Vec<[f32; 2]>;

/// Points around the origin, and on which side they lie.
fn samples(count: usize) -> (Rows, Rows) {
    let rng = &mut StdRng::seed_from_u64(1);
    let x: Rows = (0..count).map(|_| [StandardNormal.sample(rng), StandardNormal.sample(rng)]).collect();
    let label = |&[a, b]: &[f32; 2]| if a * b > 0.0 { [1.0, 0.0] } else { [0.0, 1.0] };
    let y = x.iter().map(label).collect();
    (x, y)
}

fn trainer(epochs: usize) -> Trainer<Xor, BinaryCrossEntropy, Sgd, ((), Accuracy)> {
    let optimizer = Sgd::new(0.01).momentum(0.99).decay(0.001);
    Trainer::new(BinaryCrossEntropy, optimizer).metric(Accuracy).epochs(epochs).batch_size(BATCH)
}

/// The whole training, as the example does it.
fn train<X, Y>(x: &X, y: &Y) -> f64
where
    X: Samples<f32, Tile<f32, 2>>,
    Y: Targets<f32, Tile<f32, 2>, Tile = Tile<f32, 2>>,
{
    let rng = &mut StdRng::seed_from_u64(0);
    let mut xor = Xor::new(rng);
    let history = trainer(EPOCHS).fit(&mut xor, (x, y), rng).unwrap();
    history.last().unwrap().training.loss
}

/// Shows that the hand-written loop learns the same, then times both in turns.
#[cfg(target_arch = "x86_64")]
fn beside_by_hand(_: &mut Criterion) {
    let (x, y) = samples(SAMPLES);
    let start = Xor::new(&mut StdRng::seed_from_u64(0));
    let parameters = start.as_flat().try_into().unwrap();
    let mut xor = start.clone();
    let history = trainer(3).shuffle(false).fit(&mut xor, (&x, &y), &mut StdRng::seed_from_u64(0)).unwrap();
    let Some(outcome) = by_hand::train(parameters, (&x, &y), 3, None::<&mut StdRng>) else {
        println!("by hand: this processor has neither AVX-512 nor AVX2");
        return;
    };
    for (epoch, (loss, accuracy)) in history.epochs.iter().zip(&outcome.history) {
        let ours = epoch.training.loss;
        assert!((ours - loss).abs() < 1e-3 * ours, "epoch {}: loss {ours}, by hand {loss}", epoch.epoch);
        let ours = epoch.training.metrics[0].1;
        assert!((ours - accuracy).abs() < 2e-3, "epoch {}: accuracy {ours}, by hand {accuracy}", epoch.epoch);
    }
    for (ours, by_hand) in xor.as_flat().iter().zip(&outcome.parameters) {
        assert!((ours - by_hand).abs() < 1e-2 * ours.abs().max(1.0), "a parameter {ours}, by hand {by_hand}");
    }
    let (mut ours, mut hand) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..30 {
        ours = ours.min(limits::best(1, || _ = black_box(train(&x, &y))).as_secs_f64());
        let rng = &mut StdRng::seed_from_u64(0);
        let by_hand = || drop(black_box(by_hand::train(parameters, (&x, &y), EPOCHS, Some(rng))));
        hand = hand.min(limits::best(1, by_hand).as_secs_f64());
    }
    println!(
        "training: typenet {:.2} ms, by hand {:.2} ms: {:.2} times as long (best of 30 each, in turns)",
        ours * 1e3,
        hand * 1e3,
        ours / hand
    );
}

/// There are intrinsics by hand for x86-64 alone.
#[cfg(not(target_arch = "x86_64"))]
fn beside_by_hand(_: &mut Criterion) {}

fn training(c: &mut Criterion) {
    let (x, y) = samples(SAMPLES);
    let columns = |rows: &Rows| Matrix2xX::from_column_slice(rows.as_flattened());
    let (x_matrix, y_matrix) = (columns(&x), columns(&y));
    let mut group = c.benchmark_group("training");
    group.sample_size(20).throughput(Throughput::Elements((SAMPLES * EPOCHS) as u64));
    group.bench_function("rows", |b| b.iter(|| train(&x, &y)));
    group.bench_function("matrix", |b| b.iter(|| train(&x_matrix, &y_matrix)));
    group.finish();

    let mut xor = Xor::new(&mut StdRng::seed_from_u64(0));
    let mut trainer = trainer(1);
    let batch = (&x[..BATCH], &y[..BATCH]);
    c.bench_function("step", |b| b.iter(|| trainer.train_on_batch(&mut xor, batch).unwrap()));
}

fn predicting(c: &mut Criterion) {
    let xor = Xor::new(&mut StdRng::seed_from_u64(0));
    let (x, _) = samples(5_000);
    let mut outputs = vec![[0.0; 2]; x.len()];
    let mut pass = Pass::new();
    // a prediction that the next waits for, and a stream of them
    c.bench_function("predict/one", |b| b.iter(|| xor.predict(black_box(&[0.5, -0.5]))));
    c.bench_function("predict/5000", |b| b.iter(|| pass.predict(&xor, &x, black_box(&mut outputs)).unwrap()));
}

/// Copies an epoch of samples into tiles.
struct Gather<'a, X> {
    x: &'a X,
    order: &'a [u32],
}

impl<X: Samples<f32, Tile<f32, 2>>> Task for Gather<'_, X> {
    type Output = ();

    fn run<S: Simd>(self, simd: S) {
        let mut tile = Tile::zeroed();
        for indices in self.order.chunks(<f32 as Scalar>::LANES) {
            self.x.gather(simd, indices, black_box(&mut tile));
        }
    }
}

fn shuffling(c: &mut Criterion) {
    let (x, _) = samples(SAMPLES);
    let matrix = Matrix2xX::from_column_slice(x.as_flattened());
    let mut order: Vec<u32> = (0..10_000).collect();
    let mut rng = Xoshiro256PlusPlus::from_rng(&mut StdRng::seed_from_u64(0));
    let mut group = c.benchmark_group("an epoch of");
    group.bench_function("shuffling", |b| b.iter(|| shuffle::permute(&mut order, &mut rng)));
    group.bench_function("gathering/rows", |b| b.iter(|| dispatch(level(), Gather { x: &x, order: &order })));
    group.bench_function("gathering/matrix", |b| b.iter(|| dispatch(level(), Gather { x: &matrix, order: &order })));
    group.finish();
}

criterion_group!(benches, beside_by_hand, training, predicting, shuffling);
criterion_main!(benches);
