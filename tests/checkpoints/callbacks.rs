//! Callbacks go on where they were.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use typenet::callbacks::{
    Callback, CsvLogger, EarlyStopping, LambdaCallback, ModelCheckpoint, ReduceLrOnPlateau, StopWhen, Training,
};
use typenet::prelude::*;
use typenet::{Error, network};

use super::timeless;

network! { Net = Dense(2 -> 8, tanh), Dense(8 -> 1) }

const EPOCHS: usize = 12;

/// Counts in whatever process it is.
#[derive(Debug, Default)]
struct Count(f64);

impl Callback<Net> for Count {
    fn on_train_begin(&mut self, _: &mut Training<'_, Net>) -> Result<(), Error> {
        self.0 = 0.0;
        Ok(())
    }

    fn on_epoch_end(&mut self, _: &mut Training<'_, Net>) -> Result<(), Error> {
        self.0 += 1.0;
        Ok(())
    }

    fn save_state(&self, state: &mut Vec<f64>) {
        state.push(self.0);
    }

    fn load_state(&mut self, state: &[f64]) -> bool {
        if let [count] = *state {
            self.0 = count;
        }
        state.len() == 1
    }
}

fn data() -> (Vec<[f32; 2]>, Vec<f32>) {
    let rng = &mut StdRng::seed_from_u64(4);
    let x: Vec<[f32; 2]> = (0..60).map(|_| [rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0)]).collect();
    let y = x.iter().map(|[a, b]| a * b).collect();
    (x, y)
}

/// Everything that is there after training up to an epoch, in a directory with the files.
fn train(epochs: usize, directory: &Path, checkpoint: bool) -> impl PartialEq + std::fmt::Debug + use<> {
    let (x, y) = data();
    let rng = &mut StdRng::seed_from_u64(5);
    let mut network = Net::new(rng);
    let mut early_stopping = EarlyStopping::new("val_loss").patience(3).restore_best_weights();
    let mut count = Count::default();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.9).momentum(0.7))
        .metric(RootMeanSquaredError)
        .epochs(epochs)
        .batch_size(16)
        .validation_split(0.25)
        .callback(ReduceLrOnPlateau::new("loss").factor(0.75).patience(2).cooldown(1).min_delta(0.01))
        .callback(&mut count)
        .callback(&mut early_stopping)
        .callback(CsvLogger::new(directory.join("log.csv")))
        .callback(ModelCheckpoint::new(directory.join("best-{epoch}")).save_best_only("val_loss").keep_last(2))
        .callback(ModelCheckpoint::new(directory.join("last-{epoch}")).keep_last(3));
    if checkpoint {
        trainer = trainer.checkpoint(directory.join("checkpoint"));
    }
    let history = trainer.fit(&mut network, (&x, &y), rng).unwrap();
    assert_eq!(fs::read_to_string(directory.join("log.csv")).unwrap(), history.to_csv());
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.filter(|name| name != "checkpoint").collect();
    names.sort();
    let files: Vec<_> = names
        .into_iter()
        .map(|name| {
            // times differ
            let bytes = if name == "log.csv" { Vec::new() } else { fs::read(directory.join(&name)).unwrap() };
            (name, bytes)
        })
        .collect();
    let stopping = (early_stopping.stopped_epoch(), early_stopping.best_epoch(), early_stopping.best());
    (network, timeless(&history), stopping, count.0, files)
}

#[test]
fn all_of_them_go_on() {
    let whole = tempfile::tempdir().unwrap();
    let whole = train(EPOCHS, whole.path(), false);
    for epochs in 1..EPOCHS {
        let directory = tempfile::tempdir().unwrap();
        train(epochs, directory.path(), true);
        assert_eq!(train(EPOCHS, directory.path(), true), whole, "after {epochs} epochs");
    }
    // an epoch at a time
    let directory = tempfile::tempdir().unwrap();
    for epochs in 1..EPOCHS {
        train(epochs, directory.path(), true);
    }
    assert_eq!(train(EPOCHS, directory.path(), true), whole);
}

#[test]
fn what_early_stopping_has_ended_stays_ended() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint");
    let (x, y) = data();
    let train = |epochs| {
        let rng = &mut StdRng::seed_from_u64(5);
        let mut network = Net::new(rng);
        let callback = EarlyStopping::new("loss").min_delta(1e9).patience(2);
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(epochs).checkpoint(&path);
        let history = trainer.callback(callback).fit(&mut network, (&x, &y), rng).unwrap();
        (network, timeless(&history))
    };
    let ended = train(10);
    assert_eq!(ended.1.len(), 3);
    assert_eq!(train(20), ended);
}

#[test]
fn an_epoch_that_was_cut_short_is_made_whole() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint");
    let (x, y) = data();
    let train = |checkpoint: Option<&Path>, stop_at: u64| {
        let rng = &mut StdRng::seed_from_u64(5);
        let mut network = Net::new(rng);
        STOP.store(false, std::sync::atomic::Ordering::Relaxed);
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1).momentum(0.9))
            .epochs(5)
            .batch_size(10)
            .callback(LambdaCallback::on_batch_end(move |training: &mut Training<'_, Net>| {
                STOP.store(training.iteration == stop_at, std::sync::atomic::Ordering::Relaxed);
            }))
            .callback(StopWhen(&STOP));
        if let Some(path) = checkpoint {
            trainer = trainer.checkpoint(path);
        }
        let history = trainer.fit(&mut network, (&x, &y), rng).unwrap();
        (network, timeless(&history))
    };
    let whole = train(None, 0);
    // in the middle of the third epoch, and at the end of the fourth
    assert_eq!(train(Some(&path), 15).1.len(), 3);
    assert_eq!(train(Some(&path), 24).1.len(), 4);
    assert_eq!(train(Some(&path), 0), whole);
}
