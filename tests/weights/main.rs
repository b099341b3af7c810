//! Files of weights: what is saved is loaded, and what does not fit is refused.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test fails by panicking"
)]

mod crash;
mod hostile;
mod hostile_int8;
mod onnx;
mod others;
mod quantized;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
        pub Other = Dense(2 -> 4, relu), Dense(4 -> 4, tanh), Dense(4 -> 2, softmax)
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
    let fault = "the network in it is `Xor: f32 = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)`, \
                 but this one is `Other: f32 = Dense(2 -> 4, relu), Dense(4 -> 4, tanh), Dense(4 -> 2, softmax)`";
    refused(other::Other::new(rng), &path, fault);
}

/// Written by version 0.1.0 and never since: later versions must load it.
fn old_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/weights/typenet.safetensors")
}

#[test]
fn what_earlier_versions_have_saved_is_loaded() {
    let mut xor = Xor::new(&mut StdRng::seed_from_u64(2));
    xor.load(old_file()).unwrap();
    let again = Xor::new(&mut StdRng::seed_from_u64(2));
    assert_ne!(xor, again);
}

/// What `summary` prints of that file.
const SUMMARY: &str = "\
Xor: f32 = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)
written by typenet 0.1.0
tensor          type   shape  parameters
dense.kernel    F32   [2, 4]           8
dense.bias      F32      [4]           4
dense_1.kernel  F32   [4, 4]          16
dense_1.bias    F32      [4]           4
dense_2.kernel  F32   [4, 2]           8
dense_2.bias    F32      [2]           2
42 parameters, 168 bytes";

#[test]
fn a_summary_needs_no_type() {
    let summary = typenet::weights::summary(old_file()).unwrap();
    assert_eq!(summary.to_string(), SUMMARY);
    assert_eq!((summary.parameters(), summary.bytes()), (42, 168));
    assert_eq!(summary.version.as_deref(), Some("0.1.0"));
    // by somebody else
    let summary = typenet::weights::summary(others::fixture("torch_named.safetensors")).unwrap();
    assert_eq!((summary.network, summary.version), (None, None));
    assert_eq!((summary.tensors[1].name.as_str(), &*summary.tensors[1].shape), ("encoder.weight", &[5, 3][..]));
    assert_eq!((summary.tensors[1].dtype.as_str(), summary.tensors[1].bytes), ("F64", 120));
    // no network is expected, so none is missed
    let error = typenet::weights::summary(others::fixture("torch.json")).unwrap_err();
    assert!(matches!(error, Error::File { action: "read", .. }), "{error}");
    assert!(error.to_string().contains("torch.json`: it is no safetensors file: its header should have "), "{error}");
}

#[test]
fn the_example_inspects() {
    let run = |path: &Path| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
        cargo.args(["run", "--quiet", "--example", "inspect"]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        cargo.arg("--").arg(path).output().unwrap()
    };
    let output = run(&old_file());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{SUMMARY}\n"));
    let output = run(Path::new("missing"));
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("cannot read `missing`: "));
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
fn edited(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
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

mod deep {
    typenet::network! {
        pub Deep = Dense(8 -> 32, tanh), Residual([Dense(32 -> 32, relu); 20]), Dense(32 -> 3);
        pub Long = Dense(8 -> 16, silu), [Dense(16 -> 16, selu); 60], Dense(16 -> 3, softmax);
        pub Wide = Dense(784 -> 512, gelu), Dense(512 -> 512, relu), Dense(512 -> 10);
        pub WideInF64: f64 = Dense(784 -> 512, gelu), Dense(512 -> 512, relu), Dense(512 -> 10)
    }
}

/// How far apart the outputs of new networks are on different instruction sets, relative to the largest of them or to 1.
fn apart<N, T, const IN: usize, const OUT: usize>() -> f64
where
    T: Scalar,
    N: Network<Scalar = T, Input = Tile<T, IN>, Output = Tile<T, OUT>>,
{
    let rng = &mut StdRng::seed_from_u64(1);
    let mut network: Box<N> = typenet::bytemuck::zeroed_box();
    let mut largest = 0.0_f64;
    for _ in 0..3 {
        network.initialize(rng);
        let input: [T; IN] = std::array::from_fn(|_| T::from_f64(rng.random_range(-1.0..1.0)));
        let outputs: Vec<Vec<f64>> = support::levels()
            .into_iter()
            .map(|level| {
                let mut output = [[T::ZERO; OUT]];
                Pass::new().with_level(level).predict(&*network, &[input], &mut output).unwrap();
                output[0].iter().map(|number| number.to_f64()).collect()
            })
            .collect();
        let scale = outputs[0].iter().fold(1.0_f64, |scale, number| scale.max(number.abs()));
        for pair in outputs.windows(2) {
            for (a, b) in pair[0].iter().zip(&pair[1]) {
                largest = largest.max((a - b).abs() / scale);
            }
        }
    }
    largest
}

#[test]
fn instruction_sets_differ_by_less_than_the_tolerance() {
    let single =
        apart::<deep::Deep, f32, 8, 3>().max(apart::<deep::Long, f32, 8, 3>()).max(apart::<deep::Wide, f32, 784, 10>());
    let double = apart::<deep::WideInF64, f64, 784, 10>();
    assert!(single < 0.02 * f64::from(f32::EPSILON).sqrt(), "{single:e}");
    assert!(double < 0.02 * f64::EPSILON.sqrt(), "{double:e}");
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
fn mutated(bytes: &[u8], numbers: usize, rng: &mut StdRng) -> Vec<u8> {
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
