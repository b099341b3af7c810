//! A process that is killed again and again, and started again as it was, ends with the bits of one that is left alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use typenet::callbacks::{EarlyStopping, ModelCheckpoint, ReduceLrOnPlateau};
use typenet::network;
use typenet::prelude::*;

network! { Net = Dense(2 -> 64, tanh), Dropout(0.1), Dense(64 -> 64, tanh), Dense(64 -> 1) }

/// Where the process that is to be killed trains.
const PATH: &str = "TYPENET_TEST_TRAINS_IN";

const EPOCHS: usize = 100;

/// The whole program: what it leaves is the network, the history, and the weights of three epochs.
fn program(directory: &Path) {
    let rng = &mut StdRng::seed_from_u64(1);
    let x: Vec<[f32; 2]> = (0..500).map(|_| [rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0)]).collect();
    let y: Vec<f32> = x.iter().map(|[a, b]| a * b).collect();
    let mut network = Net::new(rng);
    let optimizer = Adam::new(0.01).amsgrad().gradient_accumulation_steps(3).use_ema(0.9, 10);
    let history = Trainer::new(MeanSquaredError, optimizer)
        .epochs(EPOCHS)
        .validation_split(0.2)
        .callback(ReduceLrOnPlateau::new("loss").factor(0.5).patience(3))
        .callback(EarlyStopping::new("val_loss").patience(EPOCHS).restore_best_weights())
        .callback(ModelCheckpoint::new(directory.join("epoch-{epoch}")).keep_last(3))
        .checkpoint(directory.join("checkpoint"))
        .checkpoint_every(2)
        .fit(&mut network, (&x, &y), rng)
        .unwrap();
    let mut history = history;
    history.epochs.iter_mut().for_each(|epoch| epoch.seconds = 0.0);
    history.write_csv(directory.join("history.csv")).unwrap();
    network.save(directory.join("network")).unwrap();
}

/// Not a test, but the process that the next one kills.
#[test]
#[ignore = "another test starts and kills it"]
fn trains_until_killed() {
    let Some(directory) = env::var_os(PATH).map(PathBuf::from) else { return };
    program(&directory);
}

#[test]
fn killed_until_it_has_ended() {
    let (alone, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    program(alone.path());
    let checkpoint = killed.path().join("checkpoint");
    let rng = &mut StdRng::seed_from_u64(2);
    let mut kills = 0;
    loop {
        let old = fs::read(&checkpoint).ok();
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "kills::trains_until_killed"])
            .env(PATH, killed.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // each is killed in its way, but not before it has got further than the one before
        while fs::read(&checkpoint).ok() == old && process.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_micros(100));
        }
        thread::sleep(Duration::from_micros(rng.random_range(0..10_000)));
        if let Some(status) = process.try_wait().unwrap() {
            assert!(status.success(), "after {kills} kills");
            break;
        }
        process.kill().unwrap();
        process.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 3, "it was killed {kills} times");
    println!("killed {kills} times");
    let names = ["network", "history.csv"].map(String::from).into_iter();
    for name in names.chain((EPOCHS - 2..=EPOCHS).map(|epoch| format!("epoch-{epoch}"))) {
        let read = |directory: &Path| fs::read(directory.join(&name)).unwrap();
        assert_eq!(read(killed.path()), read(alone.path()), "{name}");
    }
}
