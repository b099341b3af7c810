//! What is saved while a network is trained: its weights, and all that is needed to go on.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod callbacks;
mod faults;
mod kills;
mod model;
mod optimizers;

use typenet::{Epoch, History};

/// A history without the time that it took.
fn timeless(history: &History) -> Vec<Epoch> {
    history.epochs.iter().map(|epoch| Epoch { seconds: 0.0, ..epoch.clone() }).collect()
}
