//! What does not fit, or is not whole, is refused, and leaves the network or the file as it was.

use std::fs;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use typenet::Error;
use typenet::prelude::*;

use super::other;
use super::xor::Xor;

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
    let fault = "the network in it is `Xor: f32 = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)`, \
                 but this one is `Other: f32 = Dense(2 -> 4, relu), Dense(4 -> 4, tanh), Dense(4 -> 2, softmax)`";
    refused(other::Other::new(rng), &path, fault);
}

#[test]
fn broken_files_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    let rng = &mut StdRng::seed_from_u64(1);
    Xor::new(rng).save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    for length in [0, 7, 8, 20, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        refused(Xor::new(rng), &path, "it is no safetensors file");
    }
    refused(Xor::new(rng), directory.path(), "this is a directory");
    refused(Xor::new(rng), &directory.path().join("missing"), "cannot read");
    // which would fill the memory
    #[cfg(unix)]
    refused(Xor::new(rng), Path::new("/dev/zero"), "this is a device or a pipe");
}

/// A file with this in place of that in its header, which keeps its length.
pub fn edited(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let place = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    let mut bytes = bytes.to_vec();
    bytes[place..place + to.len()].copy_from_slice(to.as_bytes());
    bytes
}

#[test]
fn what_the_file_tells_is_checked() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    let rng = &mut StdRng::seed_from_u64(1);
    let xor = Xor::new(rng);
    xor.save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let header = String::from_utf8_lossy(&bytes[8..]).into_owned();
    let told = |name: &str| header.split_once(name).unwrap().1.split(['\\', '"']).next().unwrap();
    assert_eq!(told("version: "), env!("CARGO_PKG_VERSION"));
    assert_eq!(told("input: "), "-0.8125 0.5");
    let [same, different] = xor.predict(&[-0.8125, 0.5]);
    assert_eq!(told("output: "), format!("{same:?} {different:?}"));

    // another output
    let digit = &told("output: ")[..5];
    let other = if digit == "0.111" { "0.222" } else { "0.111" };
    fs::write(&path, edited(&bytes, &format!("output: {digit}"), &format!("output: {other}"))).unwrap();
    refused(Xor::new(rng), &path, "output 0 for its sample input should be 0.");
    refused(Xor::new(rng), &path, "it was written by typenet 0.1.0, this is 0.1.0");
    fs::write(&path, edited(&bytes, "input: -0.8125 ", "input: -0.8125x")).unwrap();
    refused(Xor::new(rng), &path, "its sample input should be 2 finite numbers, but is not");
    // a last digit is what another instruction set may change
    let output = told("output: ");
    let last = if output.ends_with('1') { '2' } else { '1' };
    fs::write(&path, edited(&bytes, output, &format!("{}{last}", &output[..output.len() - 1]))).unwrap();
    Xor::new(rng).load(&path).unwrap();
    // one bit of a number, which no output shows
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&path, &changed).unwrap();
    refused(Xor::new(rng), &path, "its numbers have changed since they were written: their checksum should be `");
    // somebody else tells nothing, and nothing is checked
    fs::write(&path, edited(&changed, r#"{"typenet":"#, r#"{"notours":"#)).unwrap();
    Xor::new(rng).load(&path).unwrap();
}

#[test]
fn what_could_not_be_loaded_is_not_saved() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("xor.safetensors");
    let rng = &mut StdRng::seed_from_u64(1);
    let mut xor = Xor::new(rng);
    xor.save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    for (bad, name) in [(f32::NAN, "NaN"), (f32::NEG_INFINITY, "-inf")] {
        xor.dense_1.kernel[(1, 2)] = bad;
        let error = xor.save(&path).unwrap_err();
        assert!(error.to_string().ends_with(&format!("number 9 of tensor `dense_1.kernel` is {name}")), "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
        let error = xor.to_bytes().unwrap_err().to_string();
        assert_eq!(error, format!("cannot write `<bytes>`: number 9 of tensor `dense_1.kernel` is {name}"));
    }
    // finite numbers whose output is not: saved, without a sample
    xor.as_flat_mut().fill(f32::MAX);
    xor.save(&path).unwrap();
    let mut loaded = Xor::new(rng);
    loaded.load(&path).unwrap();
    assert_eq!(loaded, xor);
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

/// A file that ends in this many bytes of numbers made worse: bits flipped, an end or a middle lost, bytes put in, another length of the header.
pub fn mutated(bytes: &[u8], numbers: usize, rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    // the header is half of what is mutated, as most of what can go wrong is there
    let end = if rng.random() { bytes.len() } else { bytes.len() - numbers };
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
    let (saved, before) = (Xor::new(&mut StdRng::seed_from_u64(1)), Xor::new(rng));
    let mut refused = 0;
    for file in 0..10_000 {
        fs::write(&path, mutated(&bytes, 4 * Xor::PARAMETERS, rng)).unwrap();
        let mut network = before.clone();
        match network.load(&path) {
            // what has changed is a word for people
            Ok(()) => assert_eq!(network, saved, "file {file}"),
            Err(error) => {
                assert!(matches!(error, Error::Weights { .. }), "file {file}: {error}");
                assert_eq!(network, before, "file {file}: {error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 9_000, "only {refused} were refused: the mutations are too mild");
}
