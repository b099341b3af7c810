//! What several tests share.
#![allow(dead_code, clippy::panic, reason = "each test uses the part that it needs")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, io};

use serde::de::DeserializeOwned;

/// Reads a fixture that Keras has made.
pub fn fixture<F: DeserializeOwned>(name: &str) -> F {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "fixtures", &format!("{name}.json")].iter().collect();
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// That a number is no farther from Keras's than `tolerance`: absolute up to 1, relative beyond.
pub fn close(what: &str, ours: f64, keras: f64, tolerance: f64) {
    let apart = (ours - keras).abs();
    assert!(apart <= tolerance * keras.abs().max(1.0), "{what}: ours {ours:e}, Keras {keras:e}, apart {apart:e}");
}

/// The same of several.
pub fn all_close(what: &str, ours: &[f64], keras: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), keras.len(), "{what}");
    for (ours, keras) in ours.iter().zip(keras) {
        close(what, *ours, *keras, tolerance);
    }
}

/// Points of a standard normal distribution in the plane, labelled by whether their coordinates have the same sign:
/// the XOR problem of the example.
pub fn xor_samples(count: usize, rng: &mut rand::rngs::StdRng) -> (Vec<[f32; 2]>, Vec<[f32; 2]>) {
    use rand::RngExt as _;
    let points = (0..count).map(|_| [rng.sample(rand_distr::StandardNormal), rng.sample(rand_distr::StandardNormal)]);
    let points: Vec<[f32; 2]> = points.collect();
    let labels = points.iter().map(|[x0, x1]| if x0 * x1 > 0.0 { [1.0, 0.0] } else { [0.0, 1.0] });
    let labels = labels.collect();
    (points, labels)
}

/// Every level of this machine, weakest first.
pub fn levels() -> Vec<typenet::simd::Level> {
    let best = typenet::simd::level();
    #[cfg(target_arch = "x86_64")]
    {
        use typenet::simd::Simd;
        let levels =
            [best.as_sse2().map(Simd::level), best.as_avx2().map(Simd::level), best.as_avx512().map(Simd::level)];
        levels.into_iter().flatten().collect()
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        vec![best]
    }
}

/// `cargo run --example name -- options`, in the profile of this test, so that it is built already.
pub fn example(name: &str, options: &[&str]) -> io::Result<Output> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).args(["run", "--quiet", "--example", name]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    cargo.arg("--").args(options).output()
}
