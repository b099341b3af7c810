//! Files of weights: what is saved is loaded, and what does not fit is refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

use std::fs;

use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::Error;
use typenet::prelude::*;

mod xor {
    typenet::network! { pub Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }
}
mod other {
    typenet::network! {
        pub Wider = Dense(2 -> 5, relu), Dense(5 -> 4, relu), Dense(4 -> 2, softmax);
        pub Deeper = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2), Dense(2 -> 2, softmax);
        pub Double: f64 = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
        pub Shallow = Dense(2 -> 4, relu), Dense(4 -> 4, relu)
    }
}

use xor::Xor;

#[test]
fn what_is_saved_is_loaded() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    let saved = Xor::new(&mut StdRng::seed_from_u64(1));
    saved.save(&path).unwrap();
    let mut loaded = Xor::new(&mut StdRng::seed_from_u64(2));
    assert_ne!(loaded, saved);
    loaded.load(&path).unwrap();
    assert_eq!(loaded, saved);
    // the same network gives the same bytes, and saving again replaces the file
    let bytes = fs::read(&path).unwrap();
    saved.save(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no temporary file is left");
    // the header names the tensors as Keras would, and the architecture
    let header = String::from_utf8_lossy(&bytes[8..]).into_owned();
    assert!(header.contains(r#""dense_1.kernel":{"dtype":"F32","shape":[4,4]"#), "{header}");
    assert!(header.contains(r#""dense.kernel":{"dtype":"F32","shape":[2,4]"#), "{header}");
    assert!(header.contains("Xor: f32 = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)"), "{header}");
}

/// Loads a file and expects this fault, and a network that stays as it was.
fn refused<N: Network>(mut network: N, path: &std::path::Path, fault: &str) {
    let before = network.clone();
    let error = network.load(path).unwrap_err();
    assert!(error.to_string().contains(fault), "{error}\nshould contain: {fault}");
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    assert_eq!(network, before);
}

#[test]
fn another_networks_file_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    let rng = &mut StdRng::seed_from_u64(1);
    Xor::new(rng).save(&path).unwrap();
    let fault = "tensor `dense.kernel` should be F32 [2, 5], but is F32 [2, 4]";
    refused(other::Wider::new(rng), &path, fault);
    refused(other::Deeper::new(rng), &path, "there is no tensor `dense_3.kernel`, only `dense");
    refused(other::Double::new(rng), &path, "tensor `dense.kernel` should be F64 [2, 4], but is F32 [2, 4]");
    refused(other::Shallow::new(rng), &path, "there is a tensor `dense_2.");
}

#[test]
fn broken_files_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    let rng = &mut StdRng::seed_from_u64(1);
    let mut broken = Xor::new(rng);
    broken.save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    for length in [0, 7, 8, 20, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        refused(Xor::new(rng), &path, "it is no safetensors file");
    }
    broken.dense_1.kernel[(1, 2)] = f32::NAN;
    broken.save(&path).unwrap();
    refused(Xor::new(rng), &path, "number 9 of tensor `dense_1.kernel` is NaN");
    refused(Xor::new(rng), directory.path(), "cannot read");
    refused(Xor::new(rng), &directory.path().join("missing"), "cannot read");
}

#[test]
fn a_file_that_cannot_be_written() {
    let directory = tempfile::tempdir().unwrap();
    let xor = Xor::new(&mut StdRng::seed_from_u64(1));
    let file = directory.path().join("file");
    fs::write(&file, "old").unwrap();
    for path in [directory.path().join("missing").join("xor.safetensors"), file.join("below"), directory.path().into()]
    {
        let error = xor.save(&path).unwrap_err();
        assert!(matches!(error, Error::File { action: "write", .. }), "{error}");
        assert!(error.to_string().starts_with(&format!("cannot write `{}`: ", path.display())), "{error}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
}
