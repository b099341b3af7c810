//! Checkpoints: a training that goes on, or is refused.
#![no_main]

use std::fs;
use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use typenet::callbacks::EarlyStopping;
use typenet::prelude::*;
use typenet::{Error, network};
use typenet_fuzz::{check, file, rng};

network! { Small = Dense(1 -> 2, tanh), Dense(2 -> 1) }

fn train(network: &mut Small, path: &std::path::Path) -> Result<(), Error> {
    let (x, y) = ([[0.0], [1.0], [2.0]], [[1.0], [0.5], [0.0]]);
    Trainer::new(MeanSquaredError, Adam::new(0.01))
        .epochs(2)
        .callback(EarlyStopping::new("loss").patience(9).restore_best_weights())
        .checkpoint(path)
        .fit(network, (&x, &y), &mut rng())
        .map(drop)
}

/// A checkpoint as training leaves it after all of its epochs.
fn good() -> &'static [u8] {
    static GOOD: OnceLock<Vec<u8>> = OnceLock::new();
    GOOD.get_or_init(|| {
        let path = file(b"").with_extension("good");
        train(&mut Small::new(&mut rng()), &path).expect("it can be trained");
        fs::read(&path).expect("it is kept")
    })
}

// from nothing at all a fuzzer would hardly come to a checkpoint
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, _seed: u32| {
    let mut size = size;
    if size < 100 && good().len() <= max_size {
        size = good().len();
        data[..size].copy_from_slice(good());
    }
    fuzzer_mutate(data, size, max_size)
});

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes);
    check(&mut Small::new(&mut rng()), |network| train(network, &path));
});
