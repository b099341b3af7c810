//! Files of weights: what is saved is loaded, and what does not fit is refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
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
        pub Shallow = Dense(2 -> 4, relu), Dense(4 -> 4, relu);
        pub Large = Dense(128 -> 128)
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
fn refused<N: Network>(mut network: N, path: &Path, fault: &str) {
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
    refused(Xor::new(rng), directory.path(), "this is a directory");
    refused(Xor::new(rng), &directory.path().join("missing"), "cannot read");
    // which would fill the memory
    #[cfg(unix)]
    refused(Xor::new(rng), Path::new("/dev/zero"), "this is a device or a pipe");
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

/// Some bytes made worse: bits flipped, an end or a middle lost, bytes put in, another length of the header.
fn mutated(bytes: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    // the header is half of what is mutated, as most of what can go wrong is there
    let end = if rng.random() { bytes.len() } else { bytes.len().min(600) };
    let place = rng.random_range(0..end);
    match rng.random_range(0..6) {
        0 => bytes[place] ^= 1 << rng.random_range(0..8),
        1 => bytes.truncate(place),
        2 => drop(bytes.drain(place..(place + 9).min(end))),
        3 => bytes.insert(place, rng.random()),
        // from a few bytes to more than any machine has
        4 => bytes[..8].copy_from_slice(&(rng.random::<u64>() >> rng.random_range(0..64)).to_le_bytes()),
        // in the header: lengths, shapes and offsets that are other numbers, of the same number of digits
        _ => {
            for byte in bytes[8..end.max(9)].iter_mut().filter(|byte| byte.is_ascii_digit()) {
                if rng.random_range(0..8) == 0 {
                    *byte = rng.random_range(b'0'..=b'9');
                }
            }
        }
    }
    bytes
}

#[test]
fn ten_thousand_mutated_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    let rng = &mut StdRng::seed_from_u64(1);
    Xor::new(rng).save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let before = Xor::new(rng);
    let mut refused = 0;
    for file in 0..10_000 {
        fs::write(&path, mutated(&bytes, rng)).unwrap();
        let mut network = before.clone();
        match network.load(&path) {
            // numbers that are others, or a name in the metadata: nothing in the file says that they are wrong
            Ok(()) => assert!(network.as_flat().iter().all(|number| number.is_finite()), "file {file}"),
            Err(error) => {
                assert!(matches!(error, Error::Weights { .. }), "file {file}: {error}");
                assert_eq!(network, before, "file {file}: {error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 5_000, "only {refused} were refused: the mutations are too mild");
}

/// Where the process that is to be killed saves.
const PATH: &str = "TYPENET_TEST_SAVES_TO";

/// Networks whose numbers are all the same, so that a mixture of two shows.
fn large(number: f32) -> Box<other::Large> {
    let mut network = other::Large::boxed(&mut StdRng::seed_from_u64(1));
    network.as_flat_mut().fill(number);
    network
}

/// Not a test, but the process that the next one kills: it saves until then.
#[test]
#[ignore = "another test starts and kills it"]
fn saves_until_killed() {
    let Some(path) = env::var_os(PATH).map(PathBuf::from) else { return };
    let networks = [large(1.0), large(2.0)];
    // an end, for when nobody is left to kill it
    for network in networks.iter().cycle().take(10_000) {
        network.save(&path).unwrap();
    }
}

#[test]
fn two_hundred_kills() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("large.safetensors");
    let rng = &mut StdRng::seed_from_u64(1);
    for kill in 0..200 {
        large(0.0).save(&path).unwrap();
        let old = fs::read(&path).unwrap();
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "saves_until_killed"])
            .env(PATH, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // however slow the machine is, it is killed while it saves, not before
        while fs::read(&path).unwrap() == old {
            assert!(process.try_wait().unwrap().is_none(), "it ended before it saved");
            thread::sleep(Duration::from_micros(100));
        }
        thread::sleep(Duration::from_micros(rng.random_range(0..10_000)));
        process.kill().unwrap();
        process.wait().unwrap();
        let mut network = large(7.0);
        network.load(&path).unwrap_or_else(|error| panic!("after kill {kill}: {error}"));
        let first = network.as_flat()[0];
        assert!([1.0, 2.0].contains(&first), "after kill {kill}: {first}");
        assert!(network.as_flat().iter().all(|&number| number == first), "after kill {kill}: two networks in one file");
    }
}
