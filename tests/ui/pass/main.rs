//! Every construct that must compile, and what comes of it; the mistakes are in the folders beside this one.
#![allow(
    missing_docs,
    unused_qualifications,
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test fails by panicking, and writes names in every way"
)]

mod attributes;
mod expanded;
mod labels;
mod large;
mod lists;
mod nested;
mod networks;
mod options;
mod own;
mod sizes;

use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::prelude::*;

/// The sizes of all layers.
fn shapes<N: Network>() -> Vec<(usize, usize)> {
    N::LAYERS.iter().map(|layer| (layer.inputs, layer.outputs)).collect()
}

/// The labels of all layers.
fn labels<N: Network>() -> Vec<&'static str> {
    N::LAYERS.iter().map(|layer| layer.label).collect()
}

/// The activations of all layers.
fn activations<N: Network>() -> Vec<&'static str> {
    N::LAYERS.iter().map(|layer| layer.activation).collect()
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(0)
}
