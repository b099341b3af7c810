//! Larger networks, timed, each figure also as a fraction of what the machine can do.
//!
//! ```text
//! cargo bench -p typenet-benches --bench layers                  everything, about three minutes
//! cargo bench -p typenet-benches --bench layers -- 784-128-10    what has this in its name
//! cargo bench -p typenet-benches --bench layers -- sizes         dense layers of many sizes, each instruction set
//! ```
//!
//! After criterion's own lines each workload prints its best run: training and many predictions as a fraction of the
//! multiply-adds that one core can do, measured just before and after; one prediction as a fraction of the speed at which
//! one core reads that many bytes from the cache that holds them. Only the multiply-adds that the mathematics needs are
//! counted: none for the gradient of the first layer's inputs, none for activations, loss, shuffling, gathering and the
//! optimizer, whose time counts all the same. Training also prints what memory the process holds, the program and what
//! workloads before have left to the allocator included; `tests/long/memory.rs` tells what a fit holds alone. The data has mean
//! zero. Let nothing else run meanwhile.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench fails by panicking")]

mod limits;
mod sizes;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use rand::SeedableRng;
use rand::rngs::{StdRng, Xoshiro256PlusPlus};
use rand_distr::{Distribution, StandardNormal};
use typenet::losses::Loss;
use typenet::prelude::*;
use typenet::simd::level;

network! {
    Mlp = Dense(784 -> 128, relu), Dense(128 -> 10, softmax);

    Large = Dense(784 -> 512, relu), Dense(512 -> 512, relu), Dense(512 -> 10, softmax);

    Deep = Dense(32 -> 32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh),
        Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh),
        Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh),
        Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh),
        Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh),
        Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh),
        Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh),
        Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh), Dense(32, tanh),
        Dense(32, tanh), Dense(32, tanh)
}

/// Samples from a normal distribution of mean zero and deviation 0.3, that of handwritten digits.
fn samples<const N: usize>(count: usize) -> Vec<[f32; N]> {
    let rng = &mut Xoshiro256PlusPlus::seed_from_u64(1);
    let mut samples = vec![[0.0; N]; count];
    samples.as_flattened_mut().fill_with(|| 0.3 * <StandardNormal as Distribution<f32>>::sample(&StandardNormal, rng));
    samples
}

/// Operations of a prediction, or of a training step for each sample: two for each multiply-add.
fn operations<N: Network>(training: bool) -> f64 {
    let products: Vec<usize> = N::LAYERS.iter().map(|layer| layer.inputs * layer.outputs).collect();
    let all: usize = products.iter().sum();
    // forward; the gradient of the weights; that of the inputs but for the first layer's
    let count = if training { 3 * all - products[0] } else { all };
    2.0 * count as f64
}

/// Runs `work(times)`, which says how long it took, as criterion wants; then prints what fraction of `limit` the best
/// run reached, where one time does `amount`.
fn measure(
    c: &mut Criterion,
    id: &str,
    (amount, limit, of): (f64, impl Fn() -> f64, &str),
    mut work: impl FnMut(u64) -> Duration,
) {
    let mut shortest = f64::INFINITY;
    let mut most = limit();
    c.bench_function(id, |b| {
        b.iter_custom(|times| {
            let time = work(times);
            shortest = shortest.min(time.as_secs_f64() / times as f64);
            time
        });
    });
    if shortest.is_finite() {
        most = most.max(limit());
        let reached = amount / shortest;
        println!(
            "    best {:.4} ms, {:.1} G/s: {:.1} % of {of}",
            shortest * 1e3,
            reached / 1e9,
            100.0 * reached / most
        );
    }
}

/// How much memory this process holds, where the system tells.
fn resident() -> Option<f64> {
    const PAGE: f64 = 4096.0;
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    pages.split_whitespace().nth(1)?.parse::<f64>().ok().map(|pages| pages * PAGE)
}

/// Epochs of SGD with momentum.
fn train<N, L, const I: usize, Y>(c: &mut Criterion, name: &str, loss: L, x: &[[f32; I]], y: &[Y])
where
    N: Network<Scalar = f32, Input = Tile<f32, I>>,
    [Y]: typenet::data::Targets<f32, N::Output>,
    L: Loss<f32, N::Head, N::Output, <[Y] as typenet::data::Targets<f32, N::Output>>::Tile>,
{
    for batch_size in [128, 32] {
        let rng = &mut StdRng::seed_from_u64(0);
        let mut network = bytemuck::zeroed_box::<N>();
        network.initialize(rng);
        let (mut losses, mut held) = (Vec::new(), None);
        let amount = operations::<N>(true) * x.len() as f64;
        let limit = (amount, || limits::peak(level()), "the peak of one core");
        measure(c, &format!("{name}/epoch/{batch_size}"), limit, |times| {
            let epochs = usize::try_from(times).unwrap();
            let mut trainer = Trainer::new(loss, Sgd::new(0.1).momentum(0.9)).batch_size(batch_size).epochs(epochs);
            let history = trainer.fit(&mut *network, (x, y), rng).unwrap();
            losses.extend(history.loss());
            held = resident();
            Duration::from_secs_f64(history.seconds())
        });
        if let (Some(first), Some(last)) = (losses.first(), losses.last()) {
            println!("    {} samples in each epoch; loss {first:.4} at first, {last:.4} at last", x.len());
        }
        if let Some(held) = held {
            // the parameters, those from before the step, and the velocity
            let (numbers, data) = (3.0 * size_of::<N>() as f64, size_of_val(x) as f64);
            let [held, numbers, data] = [held, numbers, data].map(|bytes| bytes / f64::from(1 << 20));
            let rest = held - numbers - data;
            println!(
                "    the process holds {held:.1} MiB: {data:.1} of inputs, {numbers:.1} for each parameter thrice, {rest:.1} else"
            );
        }
    }
}

/// One prediction, and 5,000.
fn predict<N, O, const I: usize>(c: &mut Criterion, name: &str, x: &[[f32; I]], one: impl Fn(&N, &[f32; I]) -> O)
where
    N: Network<Scalar = f32, Input = Tile<f32, I>>,
{
    let x = &x[..5_000];
    let mut network = bytemuck::zeroed_box::<N>();
    network.initialize(&mut StdRng::seed_from_u64(0));
    let bytes = size_of::<N>();
    let repeated = |times: u64, work: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..times).for_each(|_| work());
        start.elapsed()
    };
    let limit = (bytes as f64, || limits::bandwidth(bytes), "the speed at which the parameters can be read");
    measure(c, &format!("{name}/predict/1"), limit, |times| {
        repeated(times, &mut || drop(one(&network, black_box(&x[0]))))
    });
    let (mut pass, mut outputs) = (Pass::new(), N::predict_many(&network, x));
    let amount = operations::<N>(false) * x.len() as f64;
    let limit = (amount, || limits::peak(level()), "the peak of one core");
    measure(c, &format!("{name}/predict/{}", x.len()), limit, |times| {
        repeated(times, &mut || pass.predict(&*network, x, black_box(&mut outputs)).unwrap())
    });
}

fn mlps(c: &mut Criterion) {
    let x = samples::<784>(60_000);
    let largest = |x: &[f32; 784]| (0..10_u8).max_by(|&a, &b| x[usize::from(a)].total_cmp(&x[usize::from(b)])).unwrap();
    let classes: Vec<u8> = x.iter().map(largest).collect();
    predict::<Mlp, _, 784>(c, "784-128-10", &x, |network, x| black_box(network.predict(x)));
    train::<Mlp, _, 784, _>(c, "784-128-10", SparseCategoricalCrossEntropy, &x, &classes);
    predict::<Large, _, 784>(c, "784-512-512-10", &x, |network, x| black_box(network.predict(x)));
    train::<Large, _, 784, _>(c, "784-512-512-10", SparseCategoricalCrossEntropy, &x, &classes);
}

fn deep(c: &mut Criterion) {
    let x = samples::<32>(10_000);
    predict::<Deep, _, 32>(c, "50 x 32", &x, |network, x| black_box(network.predict(x)));
    train::<Deep, _, 32, _>(c, "50 x 32", MeanSquaredError, &x, &x);
}

fn limits(_: &mut Criterion) {
    println!("one core: {:.1} G operations/s at most; reads", limits::peak(level()) / 1e9);
    for (bytes, name) in [(16 << 10, "16 KiB"), (400 << 10, "400 KiB"), (4 << 20, "4 MiB"), (256 << 20, "256 MiB")] {
        println!("    {:.0} GB/s from {name}", limits::bandwidth(bytes) / 1e9);
    }
}

/// A table of its own, for who asks for it.
fn sizes(_: &mut Criterion) {
    if std::env::args().any(|argument| argument == "sizes") {
        sizes::print();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = limits, sizes, deep, mlps
}
criterion_main!(benches);
