//! `ModelCheckpoint`: which files there are.

use std::fs;
use std::path::Path;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::callbacks::{Callback, ModelCheckpoint, Training};
use typenet::metrics::Direction;
use typenet::prelude::*;
use typenet::{Error, network};

network! { Constant: f64 = Dense(1 -> 1) }

/// Plays a sequence of losses: the bias is the next of them, and the loss its absolute value.
#[derive(Debug)]
struct Play<'a>(&'a [f64]);

impl Callback<Constant> for Play<'_> {
    fn on_epoch_begin(&mut self, training: &mut Training<'_, Constant>) -> Result<(), Error> {
        training.network.dense.bias[0] = self.0[training.epoch - 1];
        Ok(())
    }
}

fn play(losses: &[f64], callback: impl Callback<Constant>) -> Result<(), Error> {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut network = Constant::new(rng);
    let trainer = Trainer::new(MeanAbsoluteError, Sgd::new(0.0)).epochs(losses.len()).callback(Play(losses));
    trainer.callback(callback).fit(&mut network, (&[0.0], &[0.0]), rng).map(drop)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn bias(path: &Path) -> f64 {
    let mut network = Constant::new(&mut StdRng::seed_from_u64(1));
    network.load(path).unwrap();
    network.dense.bias[0]
}

const LOSSES: [f64; 6] = [3.0, 4.0, 2.0, 1.0, 1.0, 5.0];

#[test]
fn each_epoch_has_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("{epoch}.safetensors");
    play(&LOSSES, ModelCheckpoint::new(&path)).unwrap();
    assert_eq!(names(directory.path()), [1, 2, 3, 4, 5, 6].map(|epoch| format!("{epoch}.safetensors")));
    for (epoch, loss) in (1..).zip(LOSSES) {
        assert_eq!(bias(&directory.path().join(format!("{epoch}.safetensors"))), loss);
    }
    let directory = tempfile::tempdir().unwrap();
    play(&LOSSES, ModelCheckpoint::new(directory.path().join("{epoch}")).every(4)).unwrap();
    assert_eq!(names(directory.path()), ["4"]);
}

#[test]
fn the_best_takes_the_place_of_the_one_before() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("best");
    for (direction, best) in [(Direction::Down, 1.0), (Direction::Up, 5.0)] {
        let callback = ModelCheckpoint::new(&path).save_best_only("loss").direction(direction);
        play(&LOSSES, callback.keep_last(1)).unwrap();
        assert_eq!(bias(&path), best);
    }
    // another fit goes on from the best of the first
    let mut callback = ModelCheckpoint::new(&path).save_best_only("loss");
    play(&LOSSES, &mut callback).unwrap();
    play(&[2.0], &mut callback).unwrap();
    assert_eq!(bias(&path), 1.0);
    play(&[0.5], &mut callback).unwrap();
    assert_eq!(bias(&path), 0.5);
    let error = play(&LOSSES, ModelCheckpoint::new(&path).save_best_only("val_loss")).unwrap_err();
    assert!(matches!(error, Error::NoSuchScore { .. }), "{error}");
}

#[test]
fn the_last_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("{epoch}");
    play(&LOSSES, ModelCheckpoint::new(&path).keep_last(2)).unwrap();
    assert_eq!(names(directory.path()), ["5", "6"]);
    // with the best alone, the last are the best
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("{epoch}");
    play(&LOSSES, ModelCheckpoint::new(&path).save_best_only("loss").keep_last(2)).unwrap();
    assert_eq!(names(directory.path()), ["3", "4"]);
}

#[test]
fn none_is_removed_before_the_next_is_in_place() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("{epoch}");
    // where the third file should be
    fs::create_dir(directory.path().join("3")).unwrap();
    let error = play(&LOSSES, ModelCheckpoint::new(&path).keep_last(2)).unwrap_err();
    assert!(matches!(error, Error::File { action: "write", .. }), "{error}");
    assert_eq!(names(directory.path()), ["1", "2", "3"]);
}
