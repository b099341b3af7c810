//! What all peers written in Rust share: the workloads, their data and first weights, and the clock.
//!
//! A peer implements [`Peer`], and its `main` runs the [`Request`] of the command line. Nothing here depends on how a peer
//! works.

mod data;
mod measure;
mod workload;

use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;

pub use self::data::Data;
pub use self::measure::Request;
pub use self::workload::{Hidden, Workload};

/// A network with its optimizer and its training data, in whatever form the peer likes best.
pub trait Peer: Sized {
    /// Before the first epoch. `parameters` are those of each layer in turn, its kernel `(inputs, outputs)` by rows and
    /// then its bias; `batch` is how many samples make a step.
    fn new(workload: &Workload, data: &Data, parameters: &[f32], batch: usize) -> Self;

    /// Trains for some epochs, in a new order each. It is called once.
    fn fit(&mut self, epochs: usize) -> Vec<Epoch>;

    /// From samples in a row to the probabilities of their classes in a row. Memory may be kept from call to call, and
    /// `batch` is how many samples there are.
    fn predict(&mut self, x: &[f32], probabilities: &mut [f32]);
}

/// What an epoch gave and cost.
#[derive(Clone, Copy, Debug)]
pub struct Epoch {
    /// The mean loss over its batches, each before its step.
    pub loss: f64,
    /// How long it took, its shuffling included.
    pub seconds: f64,
}

/// The loop of [`Peer::fit`], for peers that have none of their own: `epoch` trains in the order that it is given and
/// returns the mean loss.
pub fn fit(samples: usize, epochs: usize, mut epoch: impl FnMut(&[u32]) -> f64) -> Vec<Epoch> {
    let rng = &mut generator();
    let mut order: Vec<u32> = (0..).take(samples).collect();
    let mut timed = || {
        let start = Instant::now();
        order.shuffle(rng);
        let loss = epoch(&order);
        Epoch { loss, seconds: start.elapsed().as_secs_f64() }
    };
    (0..epochs).map(|_| timed()).collect()
}

/// A fast one, always with the same seed.
#[must_use]
pub fn generator() -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(0)
}
