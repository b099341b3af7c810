//! No heap allocation in a training step by several threads. The counter counts what any thread asks for, so this test is
//! alone in its program.
#![allow(missing_docs, unsafe_code, clippy::unwrap_used, reason = "a test, whose allocator must be unsafe")]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::prelude::*;

use crate::support::xor_samples;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, which counts.
struct Counting;

// SAFETY: everything is handed to the system's allocator; counting touches no memory of its own heap.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
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

typenet::network! { Wide = Dense(2 -> 200, gelu), Dense(200 -> 100, tanh), Dense(100 -> 2, softmax) }

#[test]
fn steps_of_threads_allocate_nothing() {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = xor_samples(256, rng);
    let mut wide = Wide::new(rng);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).threads(2);
    trainer.train_on_batch(&mut wide, (&x, &y)).unwrap();
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    assert!(before > 0, "the counter counts");
    for _ in 0..20 {
        trainer.train_on_batch(&mut wide, (&x, &y)).unwrap();
        trainer.train_on_batch(&mut wide, (&x[..133], &y[..133])).unwrap();
    }
    assert_eq!(ALLOCATIONS.load(Ordering::Relaxed) - before, 0);
    // a fit allocates its history, whatever the number of its batches
    let [many, few] = [96, 256].map(|batch_size| {
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).batch_size(batch_size).threads(2);
        trainer.fit(&mut wide, (&x, &y), rng).unwrap();
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        trainer.fit(&mut wide, (&x, &y), rng).unwrap();
        ALLOCATIONS.load(Ordering::Relaxed) - before
    });
    assert_eq!(many, few);
}
