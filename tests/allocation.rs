//! No heap allocation in a training step or a prediction: a counting allocator looks.
#![allow(missing_docs, unsafe_code, clippy::unwrap_used, reason = "a test, whose allocator must be unsafe")]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::prelude::*;

use crate::support::xor_samples;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, which counts what this thread asks for.
struct Counting;

// SAFETY: everything is handed to the system's allocator; counting touches no memory of its own heap.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is passed on
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `work` makes.
fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Wide = Dense(2 -> 200, gelu), Dense(200 -> 100, tanh), Dense(100 -> 2, softmax);
    Dropped = Dense(2 -> 40, relu), Dropout(0.5), [Residual(GaussianDropout(0.1), AlphaDropout(0.1)); 2], Dense(40 -> 2, softmax);
    BatchNormal = Dense(2 -> 8), BatchNormalization, relu, Dense(2, softmax);
    Double: f64 = Dense(3 -> 70, silu), Dense(70 -> 3, softmax)
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(7)))), 1);
}

#[test]
fn training_steps() {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = xor_samples(100, rng);
    let mut xor = Xor::new(rng);
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.01).momentum(0.99));
    trainer.train_on_batch(&mut xor, (&x, &y)).unwrap();
    let steps = allocations(|| {
        for _ in 0..100 {
            trainer.train_on_batch(&mut xor, (&x, &y)).unwrap();
            trainer.train_on_batch(&mut xor, (&x[..33], &y[..33])).unwrap();
        }
    });
    assert_eq!(steps, 0);

    let mut wide = Wide::new(rng);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01).momentum(0.9).nesterov());
    trainer.train_on_batch(&mut wide, (&x, &y)).unwrap();
    assert_eq!(allocations(|| drop(trainer.train_on_batch(&mut wide, (&x, &y)))), 0);

    // whose products want memory
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Muon::new(0.01).exclude_layers(&["dense_2"]));
    trainer.train_on_batch(&mut wide, (&x, &y)).unwrap();
    assert_eq!(allocations(|| drop(trainer.train_on_batch(&mut wide, (&x, &y)))), 0);

    let mut dropped = Dropped::new(rng);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01));
    trainer.train_on_batch(&mut dropped, (&x, &y)).unwrap();
    assert_eq!(allocations(|| drop(trainer.train_on_batch(&mut dropped, (&x, &y)))), 0);

    // memory for the longest batch so far, which is more than other networks remember
    let (many, classes) = xor_samples(1000, rng);
    let mut normal = BatchNormal::new(rng);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01));
    trainer.train_on_batch(&mut normal, (&many, &classes)).unwrap();
    assert_eq!(allocations(|| drop(trainer.train_on_batch(&mut normal, (&many[..300], &classes[..300])))), 0);
    assert_eq!(allocations(|| drop(trainer.train_on_batch(&mut normal, (&many, &classes)))), 0);

    let x: Vec<[f64; 3]> = x.iter().map(|x| [f64::from(x[0]), f64::from(x[1]), 1.0]).collect();
    let classes: Vec<u8> = y.iter().map(|y| u8::from(y[0] > 0.5)).collect();
    let mut double = Double::new(rng);
    let mut trainer = Trainer::new(SparseCategoricalCrossEntropy, Sgd::new(0.01));
    trainer.train_on_batch(&mut double, (&x, &classes)).unwrap();
    assert_eq!(allocations(|| drop(trainer.train_on_batch(&mut double, (&x, &classes)))), 0);
}

#[test]
fn epochs_allocate_only_what_they_report() {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = xor_samples(1000, rng);
    let mut xor = Xor::new(rng);
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.01)).metric(Accuracy).batch_size(10).epochs(1);
    trainer.fit(&mut xor, (&x, &y), rng).unwrap();
    let few_batches = allocations(|| drop(trainer.fit(&mut xor, (&x[..100], &y[..100]), rng)));
    let many_batches = allocations(|| drop(trainer.fit(&mut xor, (&x, &y), rng)));
    assert_eq!(few_batches, many_batches, "the number of batches makes no difference");
    assert!(many_batches <= 8, "{many_batches}: an epoch's names and values");
}

#[test]
fn batches_allocate_only_what_their_reader_does() {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = xor_samples(1000, rng);
    let mut xor = Xor::new(rng);
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.01)).metric(Accuracy).epochs(1);
    let mut fit = |samples| {
        let (x, y) = (&x[..samples], &y[..samples]);
        let batches = |_| x.chunks(10).zip(y.chunks(10)).map(Ok::<_, typenet::Error>);
        allocations(|| drop(trainer.fit_batches(&mut xor, batches, rng)))
    };
    fit(1000);
    assert_eq!(fit(100), fit(1000), "the number of batches makes no difference");
}

#[test]
fn predictions_and_gradients() {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, _) = xor_samples(1000, rng);
    let (xor, wide, double) = (Xor::new(rng), Wide::new(rng), Double::new(rng));
    let quantized = xor.quantize(&x).unwrap();
    let one = allocations(|| {
        for x in &x {
            std::hint::black_box(xor.predict(x));
            std::hint::black_box(quantized.predict(x));
            std::hint::black_box(wide.predict(x));
            std::hint::black_box(double.predict(&[0.1, 0.2, 0.3]));
        }
    });
    assert_eq!(one, 0);
    let quantizing = allocations(|| {
        std::hint::black_box(xor.quantize(&x).unwrap());
    });
    assert_eq!(quantizing, 0);
    let (mut pass, mut outputs, mut d_inputs) = (Pass::new(), vec![[0.0; 2]; 1000], vec![[0.0; 2]; 1000]);
    let many = allocations(|| {
        pass.predict(&wide, &x, &mut outputs).unwrap();
        pass.backward(&wide, &x, &outputs, &mut d_inputs).unwrap();
        pass.clear();
    });
    assert_eq!(many, 0);
    let mut trainer = Trainer::<Wide, _, _>::new(MeanSquaredError, Sgd::new(0.1));
    let mut wide = wide;
    trainer.apply_gradient(&mut wide, &mut pass);
    assert_eq!(allocations(|| trainer.apply_gradient(&mut wide, &mut pass)), 0);
}
