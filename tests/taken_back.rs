//! What a large network had before its last step is not put down in each: steps are made once more to find it.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test fails by panicking")]

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::callbacks::{LambdaCallback, Training};
use typenet::prelude::*;
use typenet::{Error, network};

network! {
    // what is drawn for each sample must be the same when a step is made once more
    Drawn = Dense(1 -> 32, tanh), Dropout(0.25), Dense(32 -> 32, tanh), Dense(32 -> 1);
    // so large that several threads train it
    Large = Dense(1 -> 80, tanh), Dense(80 -> 80, tanh), Dense(80 -> 1)
}

/// How many samples make a batch for threads.
const BATCH: usize = 256;

/// So far that its square is no number.
const TOO_FAR: f32 = 1e30;

#[test]
fn however_far_an_epoch_has_come_its_last_step_is_taken_back() {
    const LATEST: usize = 300;
    let x: Vec<_> = (0..LATEST + 20).map(|i| [(i as f32).sin()]).collect();
    let start = Drawn::new(&mut StdRng::seed_from_u64(3));
    let trainer = || Trainer::new(MeanSquaredError, Adam::new(1e-3)).batch_size(1).shuffle(false);
    let mut after = Vec::new();
    trainer()
        .callback(LambdaCallback::on_batch_end(|training: &mut Training<'_, Drawn>| {
            after.push(training.network.clone());
        }))
        .fit(&mut start.clone(), (&x, &x), &mut StdRng::seed_from_u64(4))
        .unwrap();
    for bad in [0, 1, 2, 3, 16, 255, 256, 257, 258, LATEST, x.len() - 1] {
        let (mut network, mut y) = (start.clone(), x.clone());
        y[bad] = [TOO_FAR];
        let error = trainer().fit(&mut network, (&x, &y), &mut StdRng::seed_from_u64(4)).unwrap_err();
        assert!(matches!(error, Error::Diverged { epoch: 1, batch, .. } if batch == bad + 1), "{error}");
        assert_eq!(&network, bad.checked_sub(2).map_or(&start, |step| &after[step]), "batch {bad}");
    }
}

#[test]
fn threads_take_the_same_step_back() {
    let x: Vec<_> = (0..18 * BATCH).map(|i| [(i as f32).sin()]).collect();
    let mut y = x.clone();
    y[10 * BATCH] = [TOO_FAR];
    let fitted = [1, 2].map(|threads| {
        let mut network = Large::new(&mut StdRng::seed_from_u64(3));
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-3).momentum(0.9)).batch_size(BATCH).shuffle(false);
        let error = trainer.threads(threads).fit(&mut network, (&x, &y), &mut StdRng::seed_from_u64(4)).unwrap_err();
        assert!(matches!(error, Error::Diverged { epoch: 1, batch: 11, .. }), "{error}");
        network
    });
    let mut good = Large::new(&mut StdRng::seed_from_u64(3));
    let mut steps = Trainer::new(MeanSquaredError, Sgd::new(1e-3).momentum(0.9));
    for (x, y) in x.chunks(BATCH).zip(y.chunks(BATCH)).take(9) {
        steps.train_on_batch(&mut good, (x, y)).unwrap();
    }
    assert!(fitted.iter().all(|network| *network == good));
}
