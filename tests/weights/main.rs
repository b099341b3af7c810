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
mod faults;
mod hostile;
mod hostile_int8;
mod onnx;
mod others;
mod quantized;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

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
    // and in memory they are those of the file
    assert_eq!(saved.to_bytes().unwrap(), bytes);
    let mut from_bytes = Xor::new(&mut StdRng::seed_from_u64(2));
    from_bytes.load_bytes(&bytes).unwrap();
    assert_eq!(from_bytes, saved);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no temporary file is left");
    // the header names the tensors as Keras would, and the architecture
    let header = String::from_utf8_lossy(&bytes[8..]).into_owned();
    assert!(header.contains(r#""dense_1.kernel":{"dtype":"F32","shape":[4,4]"#), "{header}");
    assert!(header.contains(r#""dense.kernel":{"dtype":"F32","shape":[2,4]"#), "{header}");
    assert!(header.contains("Xor: f32 = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)"), "{header}");
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
    let run = |path: &Path| support::example("inspect", &[path.to_str().unwrap()]).unwrap();
    let output = run(&old_file());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{SUMMARY}\n"));
    let output = run(Path::new("missing"));
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("cannot read `missing`: "));
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
