//! What a fit holds of memory: each number of the network as often as is said below, and less than 8 MiB beside that, however
//! long the batches are and however many threads share them. Each fit has a process of its own, so that nothing counts that
//! another has left; the system tells the most that the process has ever held.
#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::env;
use std::fs;
use std::process::Command;
use std::thread;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use typenet::losses::Loss;
use typenet::prelude::*;

typenet::network! {
    Small = Dense(784 -> 128, relu), Dense(128 -> 10, softmax);
    Large = Dense(784 -> 512, relu), Dense(512 -> 512, relu), Dense(512 -> 10, softmax);
    Millions = Dense(784 -> 2_048, relu), Dense(2_048 -> 1_024, relu), Dense(1_024 -> 10, softmax)
}

/// Says which fit the process is for.
const FIT: &str = "TYPENET_MEMORY_OF_FIT";

/// Beside the numbers of the network.
const REST: usize = 8 << 20;

const NETWORKS: [&str; 3] = ["small", "large", "millions"];

/// How often an optimizer's fit holds each number of a network: the parameters, those from before the step, and the optimizer's
/// slots. The gradient is nowhere but in registers, unless the optimizer must see it whole.
const OPTIMIZERS: [(&str, usize); 3] = [("sgd", 2 + 1), ("adam", 2 + 2), ("clipped adam", 2 + 2 + 1)];

#[test]
fn a_fit_holds_parameters_those_before_the_step_and_slots() {
    if let Ok(fit) = env::var(FIT) {
        println!("{FIT} {}", one(&fit));
        return;
    }
    let mut fits = Vec::new();
    for network in NETWORKS {
        for (optimizer, copies) in OPTIMIZERS {
            fits.extend([(32, 1), (128, 1), (32, 2), (128, 2)].map(|(b, t)| (network, optimizer, copies, b, t)));
        }
    }
    // two at a time: what one holds is not in the other's count
    let every_second = |first| -> Vec<usize> {
        let names = fits
            .iter()
            .map(|(network, optimizer, _, batch, threads)| format!("{network},{optimizer},{batch},{threads}"));
        names.skip(first).step_by(2).map(|fit| alone(&fit)).collect()
    };
    let held = thread::scope(|scope| {
        let other = scope.spawn(|| every_second(1));
        [every_second(0), other.join().unwrap()]
    });
    let mut failed = Vec::new();
    println!("{:>9} {:>12} {:>6} {:>8} {:>10} {:>10}", "", "", "batch", "threads", "KiB", "KiB beside");
    for (i, (network, optimizer, copies, batch, threads)) in fits.into_iter().enumerate() {
        let (held, numbers) = (held[i % 2][i / 2], copies * bytes(network));
        let line = format!(
            "{network:>9} {optimizer:>12} {batch:>6} {threads:>8} {:>10} {:>10}",
            held >> 10,
            (held.cast_signed() - numbers.cast_signed()) >> 10
        );
        println!("{line}");
        if held >= numbers + REST {
            failed.push(line);
        }
    }
    assert!(failed.is_empty(), "beside the numbers of the network there are 8 MiB and more:\n{}", failed.join("\n"));
}

/// The bytes of a network's parameters.
fn bytes(network: &str) -> usize {
    match network {
        "small" => size_of::<Small>(),
        "large" => size_of::<Large>(),
        _ => size_of::<Millions>(),
    }
}

/// What a fit holds in a process of its own, in bytes.
fn alone(fit: &str) -> usize {
    let name = "a_fit_holds_parameters_those_before_the_step_and_slots";
    let mut process = Command::new(env::current_exe().unwrap());
    let output = process.args(["--exact", name, "--nocapture"]).env(FIT, fit).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let told = said.lines().find_map(|line| line.split_once(FIT)?.1.trim().parse().ok());
    told.unwrap_or_else(|| panic!("{fit}: {said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// The same in this process.
fn one(fit: &str) -> usize {
    let [network, optimizer, batch, threads] = fit.split(',').collect::<Vec<_>>().try_into().unwrap();
    let (batch, threads) = (batch.parse().unwrap(), threads.parse().unwrap());
    match network {
        "small" => with::<Small>(optimizer, batch, threads),
        "large" => with::<Large>(optimizer, batch, threads),
        _ => with::<Millions>(optimizer, batch, threads),
    }
}

fn with<N>(optimizer: &str, batch: usize, threads: usize) -> usize
where
    N: Network<Scalar = f32, Input = Tile<f32, 784>, Output = Tile<f32, 10>>,
    SparseCategoricalCrossEntropy: Loss<f32, N::Head, N::Output, typenet::Classes<f32>>,
{
    match optimizer {
        "sgd" => held::<N>(Sgd::new(0.01).momentum(0.9), batch, threads),
        "adam" => held::<N>(Adam::new(1e-4), batch, threads),
        _ => held::<N>(Adam::new(1e-4).global_clipnorm(1.0), batch, threads),
    }
}

/// How much more this process holds at most, once there are data, with a network and its fit.
fn held<N>(optimizer: impl Optimizer, batch: usize, threads: usize) -> usize
where
    N: Network<Scalar = f32, Input = Tile<f32, 784>, Output = Tile<f32, 10>>,
    SparseCategoricalCrossEntropy: Loss<f32, N::Head, N::Output, typenet::Classes<f32>>,
{
    let rng = &mut StdRng::seed_from_u64(0);
    let mut x = vec![[0.0_f32; 784]; 520];
    x.as_flattened_mut().fill_with(|| rng.random_range(-0.5..0.5));
    let y: Vec<u8> = (0..10).cycle().take(x.len()).collect();
    let before = kept("VmRSS");
    let mut network = typenet::bytemuck::zeroed_box::<N>();
    network.initialize(rng);
    let mut trainer =
        Trainer::new(SparseCategoricalCrossEntropy, optimizer).batch_size(batch).threads(threads).epochs(2);
    let history = trainer.fit(&mut *network, (&x, &y), rng).unwrap();
    assert!(history.last().unwrap().training.loss < history.epochs[0].training.loss, "it learns");
    kept("VmHWM") - before
}

/// What the system says of this process's memory, in bytes.
fn kept(what: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse::<usize>().unwrap() << 10
}
