//! Every mistake has its message: the programs in `ui/` and, beside each, what the compiler says about it.
//!
//! The texts are those of the pinned toolchain. `TRYBUILD=overwrite cargo test -p typenet-tests --test compile_fail`
//! writes them anew; read what has changed as somebody who meets it for the first time. A program with several mistakes
//! says how many, as `//~ 2 mistakes`, which `messages.rs` checks.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::prelude::*;

network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Wider = Dense(2 -> 5, relu), Dense(5 -> 4, relu), Dense(4 -> 2, softmax);
    Deeper = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2), Dense(2 -> 2, softmax);
    Shallow = Dense(2 -> 4, relu), Dense(4 -> 2, softmax);
    Double: f64 = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Tanh = Dense(2 -> 4, tanh), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)
}

/// Puts the files of `ui/included` where the crate is that holds the programs.
fn write_files() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tests/trybuild/typenet-tests");
    fs::create_dir_all(&folder).unwrap();
    let (file, rng) = (|name| folder.join(name), &mut StdRng::seed_from_u64(0));
    Wider::new(rng).save(file("wider.safetensors")).unwrap();
    Deeper::new(rng).save(file("deeper.safetensors")).unwrap();
    Shallow::new(rng).save(file("shallow.safetensors")).unwrap();
    Double::new(rng).save(file("double.safetensors")).unwrap();
    Xor::new(rng).save(file("xor.safetensors")).unwrap();
    Tanh::new(rng).save(file("tanh.safetensors")).unwrap();
    let mut bytes = fs::read(file("xor.safetensors")).unwrap();
    fs::write(file("truncated.safetensors"), &bytes[..bytes.len() - 5]).unwrap();
    let last = bytes.len() - 4;
    bytes[last] ^= 1;
    fs::write(file("changed.safetensors"), &bytes).unwrap();
    bytes.splice(bytes.len() - 4.., f32::NAN.to_le_bytes());
    fs::write(file("not_finite.safetensors"), bytes).unwrap();
    let quantized = Xor::new(rng).quantize(&[[1.0, -1.0]]).unwrap();
    quantized.save(file("int8.safetensors")).unwrap();
    let mut bytes = fs::read(file("int8.safetensors")).unwrap();
    let numbers = 8 + usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
    // the scale of the inputs comes after four biases and four scales
    bytes[numbers + 32..numbers + 36].copy_from_slice(&(-0.5_f32).to_le_bytes());
    fs::write(file("negative.safetensors"), bytes).unwrap();
    fs::write(file("text.safetensors"), "weights: 0.5, -0.5\n").unwrap();
}

#[test]
fn every_mistake_has_its_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let topics = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut topics: Vec<PathBuf> = topics.filter(|path| path.is_dir() && !path.ends_with("pass")).collect();
    topics.sort();
    write_files();
    let programs = trybuild::TestCases::new();
    for topic in topics {
        programs.compile_fail(topic.join("*.rs"));
    }
}
