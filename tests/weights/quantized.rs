//! Files of quantised networks: what is saved is loaded, and what does not fit is refused.

use std::fs;
use std::path::Path;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::prelude::*;
use typenet::quantized::{QuantizableNetwork, Quantized};
use typenet::{Error, network};

use super::faults::{edited, mutated};
use super::other::{Other, Wider};
use super::xor::Xor;

network! {
    Inner = Dense(3 -> 5, tanh), Dense(5 -> 3);
    /// Odd sizes, so that there is padding between the layers in memory.
    Every = Normalization(3), Dense(3 -> 5, relu), Activation(gelu), Dense(5 -> 3), tower: [Residual(Dense(3 -> 3, silu)); 11], Inner,
        inners: [Residual(Inner); 2], Dense(3 -> 1, sigmoid, bias = false)
}

const POINTS: [[f32; 2]; 4] = [[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]];

fn quantized(seed: u64) -> Quantized<Xor> {
    Xor::new(&mut StdRng::seed_from_u64(seed)).quantize(&POINTS).unwrap()
}

#[test]
fn what_is_saved_is_loaded() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("every.safetensors");
    let x = [[0.5, -1.0, 2.0], [-0.5, 0.25, 1.0]];
    let mut every = Every::new(&mut StdRng::seed_from_u64(1));
    every.normalization.adapt(&x).unwrap();
    let saved = every.quantize(&x).unwrap();
    saved.save(&path).unwrap();
    let loaded = Quantized::<Every>::load(&path).unwrap();
    assert_eq!(*loaded, saved);
    assert_eq!(loaded.predict(&x[0]), saved.predict(&x[0]));
    let bytes = fs::read(&path).unwrap();
    loaded.save(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes);
    // in memory it is the same
    assert_eq!(saved.to_bytes().unwrap(), bytes);
    assert_eq!(*Quantized::<Every>::load_bytes(&bytes).unwrap(), saved);
    let error = Quantized::<Every>::load_bytes(&bytes[..bytes.len() - 1]).unwrap_err().to_string();
    assert!(error.starts_with("`<bytes>`"), "{error}");
    // every tensor has its own name, and begins where its numbers are aligned
    let summary = typenet::weights::summary(&path).unwrap();
    let names: Vec<_> = summary.tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    for name in [
        "normalization.variance",
        "dense.kernel",
        "tower.10.kernel_scale",
        "inner.dense_1.bias",
        "inners.1.dense.input_zero_point",
    ] {
        assert_eq!(names.iter().filter(|found| **found == name).count(), 1, "{name} in {names:?}");
    }
    assert_eq!(names.len(), 2 + 5 * (1 + 1 + 11 + 2 + 4 + 1));
    let integers = summary.tensors.iter().position(|tensor| tensor.dtype == "I8").unwrap();
    assert!(summary.tensors[integers..].iter().all(|tensor| tensor.dtype == "I8"), "{summary}");
}

/// What `summary` prints of a quantised network.
#[test]
fn a_summary_tells_that_it_is_quantised() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    quantized(1).save(&path).unwrap();
    let summary = typenet::weights::summary(&path).unwrap();
    let declaration = "Xor: int8 = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)";
    assert_eq!(summary.network.as_deref(), Some(declaration));
    // 32 weights; for each of 10 outputs a bias and a scale; for each of 3 layers a scale and a zero point
    assert_eq!((summary.parameters(), summary.bytes()), (32 + 2 * 10 + 2 * 3, 32 + 8 * 10 + 8 * 3));
    let row = |name: &str| {
        let tensor = summary.tensors.iter().find(|tensor| tensor.name == name).unwrap();
        (tensor.dtype.clone(), tensor.shape.clone())
    };
    assert_eq!(row("dense.kernel"), ("I8".into(), vec![2, 4]));
    assert_eq!(row("dense.bias"), ("I32".into(), vec![4]));
    assert_eq!(row("dense.kernel_scale"), ("F32".into(), vec![4]));
    assert_eq!(row("dense.input_scale"), ("F32".into(), vec![]));
    assert_eq!(row("dense.input_zero_point"), ("I32".into(), vec![]));
}

fn refused<N: QuantizableNetwork>(path: &Path, fault: &str) {
    let error = Quantized::<N>::load(path).unwrap_err().to_string();
    assert!(error.contains(fault), "{error}\nshould contain: {fault}");
    assert!(error.contains(&path.display().to_string()), "{error}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    // a file of floats, and the other way round
    let mut xor = Xor::new(&mut StdRng::seed_from_u64(1));
    xor.save(&path).unwrap();
    refused::<Xor>(&path, "tensor `dense.kernel` should be I8 [2, 4], but is F32 [2, 4]");
    quantized(1).save(&path).unwrap();
    let before = xor.clone();
    let error = xor.load(&path).unwrap_err().to_string();
    assert!(error.contains("tensor `dense.kernel` should be F32 [2, 4], but is I8 [2, 4]"), "{error}");
    assert_eq!(xor, before);
    // another network
    refused::<Wider>(&path, "tensor `dense.kernel` should be I8 [2, 5], but is I8 [2, 4]");
    refused::<Other>(&path, "but this one is `Other: int8 = Dense(2 -> 4, relu), Dense(4 -> 4, tanh), ");
    refused::<Xor>(directory.path(), "this is a directory");
    let bytes = fs::read(&path).unwrap();
    for length in [0, 7, 20, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        refused::<Xor>(&path, "it is no safetensors file");
    }
    fs::write(&path, edited(&bytes, "dense_1.input_scale", "dense_1.input_scali")).unwrap();
    refused::<Xor>(&path, "there is no tensor `dense_1.input_scale`, only `");
    // a weight that has changed
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&path, &changed).unwrap();
    refused::<Xor>(&path, "its numbers have changed since they were written");
    // an output that this network does not give
    fs::write(&path, edited(&bytes, "output: 0.", "output: 9.")).unwrap();
    refused::<Xor>(&path, "output 0 for its sample input should be 9.");
}

/// Numbers that no network has are refused in a file that tells no checksum, too.
#[test]
fn what_no_scale_can_be_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    quantized(1).save(&path).unwrap();
    let bytes = edited(&fs::read(&path).unwrap(), r#"{"typenet":"#, r#"{"notours":"#);
    let header = 8 + usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
    // in the file: 4 biases, 4 scales, the scale and the zero point of the inputs
    let zero_point = 4 * (4 + 4 + 1);
    let scales = [f32::NAN, f32::INFINITY, 0.0, -1.0].map(f32::to_le_bytes);
    let faults = [
        (4 * 4 + 4, scales, "number 1 of tensor `dense.kernel_scale` is no finite number above 0"),
        (4 * 8, scales, "number 0 of tensor `dense.input_scale` is no finite number above 0"),
        (
            zero_point,
            [-129, 128, i32::MIN, i32::MAX].map(i32::to_le_bytes),
            "number 0 of tensor `dense.input_zero_point` is not from -128 to 127",
        ),
    ];
    for (place, numbers, fault) in faults {
        for number in numbers {
            let mut bytes = bytes.clone();
            bytes[header + place..header + place + 4].copy_from_slice(&number);
            fs::write(&path, &bytes).unwrap();
            refused::<Xor>(&path, fault);
        }
    }
    // any bias and any weight is one, and what they add up to does not overflow
    let mut extreme = bytes.clone();
    extreme[header..header + 16].fill(0x7f);
    let weights = extreme.len() - 32;
    extreme[weights..].fill(0x80);
    fs::write(&path, &extreme).unwrap();
    let network = Quantized::<Xor>::load(&path).unwrap();
    let _ = network.predict(&[f32::MAX, f32::MIN]);
}

#[test]
fn ten_thousand_mutated_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    let rng = &mut StdRng::seed_from_u64(1);
    let saved = quantized(1);
    saved.save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let mut refused = 0;
    for file in 0..10_000 {
        fs::write(&path, mutated(&bytes, Quantized::<Xor>::BYTES, rng)).unwrap();
        match Quantized::<Xor>::load(&path) {
            // what has changed is a word for people
            Ok(network) => assert_eq!(*network, saved, "file {file}"),
            Err(error) => {
                assert!(matches!(error, Error::Weights { .. }), "file {file}: {error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 9_000, "only {refused} were refused: the mutations are too mild");
}

/// The whole corpus is of floats, so that none of it is a quantised network.
#[test]
fn the_corpus_is_refused() {
    for file in fs::read_dir(super::others::fixture("hostile")).unwrap() {
        let path = file.unwrap().path();
        let (result, peak) = super::hostile::peak(|| Quantized::<Xor>::load(&path).map(drop));
        let error = result.unwrap_err().to_string();
        assert!(error.chars().all(|c| !c.is_control()), "{error:?}");
        assert!(peak < super::hostile::SMALL, "{}: {peak} bytes", path.display());
    }
}
