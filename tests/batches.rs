//! Training on batches that come one after the other is training on the data that they are cut from.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use std::sync::mpsc;
use std::thread;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::callbacks::{Callback, EarlyStopping, LambdaCallback, Training};
use typenet::data::sample_weight;
use typenet::prelude::*;
use typenet::{Epoch, Error, History, network};

use crate::support::xor_samples;

network! {
    Xor = Dense(2 -> 8, relu), Dense(8 -> 2, softmax);
    Dropped = Dense(2 -> 40, tanh), Dropout(0.3), Dense(40 -> 2, softmax)
}

type Point = [f32; 2];
type Batch<'a> = Result<(&'a [Point], &'a [Point]), Error>;

fn samples() -> (Vec<Point>, Vec<Point>) {
    xor_samples(70, &mut StdRng::seed_from_u64(0))
}

/// Batches of 16 samples, and what is left.
fn batches<'a>(x: &'a [Point], y: &'a [Point]) -> impl Iterator<Item = Batch<'a>> {
    x.chunks(16).zip(y.chunks(16)).map(Ok)
}

fn bits<N: Network<Scalar = f32>>(network: &N) -> Vec<u32> {
    network.as_flat().iter().map(|number| number.to_bits()).collect()
}

fn timeless(history: &History) -> Vec<Epoch> {
    history.epochs.iter().map(|epoch| Epoch { seconds: 0.0, ..epoch.clone() }).collect()
}

/// What the same training leaves of data in memory, and in batches.
macro_rules! alike {
    ($network:ident) => {{
        let (x, y) = samples();
        let (x, validation_x) = x.split_at(50);
        let (y, validation_y) = y.split_at(50);
        let trainer = || {
            let optimizer = Sgd::new(0.05).momentum(0.9).decay(0.01);
            Trainer::new(CategoricalCrossEntropy, optimizer).metric(Accuracy).epochs(4).batch_size(16).shuffle(false)
        };
        let start = || $network::new(&mut StdRng::seed_from_u64(1));
        let rng = || StdRng::seed_from_u64(2);

        let (mut whole, mut pieces) = (start(), start());
        let (mut on_whole, mut on_pieces) = (trainer(), trainer());
        let history = on_whole.fit_validated(&mut whole, (x, y), (validation_x, validation_y), &mut rng()).unwrap();
        // two batches to validate on, which are not cut as `evaluate` does
        let validation = |_| batches(validation_x, validation_y);
        let in_pieces =
            on_pieces.fit_batches_validated(&mut pieces, |_| batches(x, y), validation, &mut rng()).unwrap();
        assert_eq!(bits(&whole), bits(&pieces));
        assert_eq!(on_whole.iteration(), on_pieces.iteration());
        for (whole, pieces) in timeless(&history).into_iter().zip(timeless(&in_pieces)) {
            assert_eq!((whole.epoch, whole.training), (pieces.epoch, pieces.training));
            let (whole, pieces) = (whole.validation.unwrap(), pieces.validation.unwrap());
            assert!((whole.loss - pieces.loss).abs() < 1e-6, "{whole:?} {pieces:?}");
            assert_eq!(whole.metrics, pieces.metrics);
        }
        let last = history.last().unwrap().validation.clone();
        assert_eq!(last, Some(on_pieces.evaluate(&pieces, (validation_x, validation_y)).unwrap()));
        // what is in memory is one batch
        let one = [Ok::<_, Error>((validation_x, validation_y))];
        assert_eq!(last, Some(on_pieces.evaluate_batches(&pieces, one).unwrap()));

        let (mut whole, mut pieces) = (start(), start());
        trainer().fit(&mut whole, (x, y), &mut rng()).unwrap();
        trainer().fit_batches(&mut pieces, |_| batches(x, y), &mut rng()).unwrap();
        assert_eq!(bits(&whole), bits(&pieces));
    }};
}

#[test]
fn batches_are_what_fit_cuts() {
    alike!(Xor);
}

#[test]
fn what_is_random_is_so_in_batches() {
    alike!(Dropped);
}

#[test]
fn steps_per_epoch_cut_a_stream() {
    let (x, y) = samples();
    let start = || Xor::new(&mut StdRng::seed_from_u64(1));
    let rng = &mut StdRng::seed_from_u64(2);
    let trainer = |epochs| Trainer::new(CategoricalCrossEntropy, Sgd::new(0.05)).epochs(epochs);
    // ten batches, of two rounds of five: in epochs of three steps that go on where the last ended
    let (mut whole, mut cut) = (start(), start());
    trainer(2).fit_batches(&mut whole, |_| batches(&x, &y), rng).unwrap();
    let mut asked = Vec::new();
    let history = trainer(4)
        .steps_per_epoch(3)
        .fit_batches(
            &mut cut,
            |epoch| {
                asked.push(epoch);
                batches(&x, &y).take(if asked.len() > 2 { 0 } else { usize::MAX })
            },
            rng,
        )
        .unwrap();
    assert_eq!(bits(&whole), bits(&cut));
    assert_eq!(asked, [1, 2, 4], "asked again when what was given is used up");
    assert_eq!(history.epochs.len(), 4, "the last epoch is the tenth batch");

    // a channel that another thread fills, and that ends
    let (sender, receiver) = mpsc::sync_channel(1);
    let (x, y) = (&x, &y);
    let (history, streamed) = thread::scope(|scope| {
        scope.spawn(move || {
            for batch in batches(x, y).chain(batches(x, y)) {
                sender.send(batch.map(|(x, y)| (x.to_vec(), y.to_vec()))).unwrap();
            }
        });
        let mut streamed = start();
        let mut trainer = trainer(1000).steps_per_epoch(4);
        (trainer.fit_batches(&mut streamed, |_| &receiver, rng).unwrap(), streamed)
    });
    assert_eq!(history.epochs.len(), 3, "two of four batches, and one of two");
    assert_eq!(bits(&streamed), bits(&whole));

    // data in memory
    let (mut cut, mut first) = (start(), start());
    let on = || Trainer::new(CategoricalCrossEntropy, Sgd::new(0.05)).shuffle(false).batch_size(16);
    on().steps_per_epoch(3).fit(&mut cut, (x, y), rng).unwrap();
    on().fit(&mut first, (&x[..48], &y[..48]), rng).unwrap();
    assert_eq!(bits(&cut), bits(&first));
}

/// Remembers that training has ended.
#[derive(Debug, Default)]
struct Ended(bool);

impl<N: Network> Callback<N> for Ended {
    fn on_train_end(&mut self, _: &mut Training<'_, N>) -> Result<(), Error> {
        self.0 = true;
        Ok(())
    }
}

#[derive(Debug)]
enum Trouble {
    Reader(&'static str),
    Training,
}

impl From<Error> for Trouble {
    fn from(_: Error) -> Self {
        Self::Training
    }
}

#[test]
fn a_reader_that_fails_keeps_what_was_learnt() {
    let (x, y) = samples();
    let rng = &mut StdRng::seed_from_u64(2);
    let (mut ours, mut expected) = (Xor::new(&mut StdRng::seed_from_u64(1)), Xor::new(&mut StdRng::seed_from_u64(1)));
    let mut ended = Ended::default();
    let trainer = || Trainer::new(CategoricalCrossEntropy, Sgd::new(0.05));
    let failing = |_| {
        let read = batches(&x, &y).map(|batch| batch.map_err(Trouble::from)).take(2);
        read.chain([Err(Trouble::Reader("unplugged"))])
    };
    let error = trainer().epochs(3).callback(&mut ended).fit_batches(&mut ours, failing, rng).unwrap_err();
    assert!(matches!(error, Trouble::Reader("unplugged")), "{error:?}");
    assert!(ended.0);
    trainer().fit_batches(&mut expected, |_| batches(&x, &y).take(2), rng).unwrap();
    assert_eq!(bits(&ours), bits(&expected));

    // a sample is counted from the begin of its epoch
    let mut faulty = x.clone();
    faulty[40][1] = f32::NAN;
    let error = trainer().fit_batches(&mut ours, |_| batches(&faulty, &y), rng).unwrap_err();
    assert!(matches!(error, Error::InputNotFinite { sample: 40, index: 1, .. }), "{error}");
    assert_eq!(bits(&ours).len(), Xor::PARAMETERS);
    let error = trainer().evaluate_batches(&ours, batches(&faulty, &y)).unwrap_err();
    assert!(matches!(error, Error::InputNotFinite { sample: 40, index: 1, .. }), "{error}");
    let mut weights = [1.0; 20];
    weights[3] = -1.0;
    let weighted = |_| {
        let weighted = sample_weight(&y[..20], &weights);
        [Ok((x[..20].to_vec(), sample_weight(&y[..20], &[1.0; 20]))), Ok((x[..20].to_vec(), weighted))]
    };
    let error: Error = trainer().fit_batches(&mut ours, weighted, rng).unwrap_err();
    assert!(matches!(error, Error::SampleWeight { sample: 23, .. }), "{error}");
}

/// Pairs without a `Result` are batches too, also to validate what is read by something that can fail.
#[test]
fn pairs_are_batches() {
    let (x, y) = samples();
    let start = || Xor::new(&mut StdRng::seed_from_u64(1));
    let trainer = || Trainer::new(CategoricalCrossEntropy, Sgd::new(0.05)).epochs(3);
    let rng = || StdRng::seed_from_u64(2);
    let (mut pairs, mut results) = (start(), start());
    let history = trainer().fit_batches(&mut pairs, |_| x.chunks(16).zip(y.chunks(16)), &mut rng()).unwrap();
    assert_eq!(history.epochs.len(), 3);

    let read = |_| batches(&x, &y).map(|batch| batch.map_err(Box::<dyn std::error::Error>::from));
    let validated = trainer().fit_batches_validated(&mut results, read, |_| [(&x, &y)], &mut rng()).unwrap();
    assert_eq!(pairs, results);
    assert!(validated.loss().eq(history.loss()) && validated.validation_loss().count() == 3);
    let scores = trainer().evaluate_batches(&pairs, [(&x, &y)]).unwrap();
    assert_eq!(validated.validation_loss().last(), Some(scores.loss));
}

#[test]
fn without_a_batch_there_is_nothing_to_learn_from() {
    let (x, y) = samples();
    let rng = &mut StdRng::seed_from_u64(2);
    let mut xor = Xor::new(rng);
    let trainer = || Trainer::new(CategoricalCrossEntropy, Sgd::new(0.05)).epochs(3);
    let mut fit = |mut trainer: Trainer<Xor, _, _>, left: fn(usize) -> usize, samples: usize| {
        let (x, y) = (&x[..samples], &y[..samples]);
        let history: Result<_, Error> =
            trainer.fit_batches(&mut xor, |epoch| (0..left(epoch)).map(|_| Ok((x, y))), rng);
        history.map(|history| history.epochs.len()).map_err(|error| error.to_string())
    };
    assert_eq!(fit(trainer(), |_| 1, 20), Ok(3));
    assert_eq!(fit(trainer(), |epoch| 3 - epoch, 20), Ok(2), "used up");
    assert_eq!(fit(trainer(), |_| 0, 20), Err("there are no samples".into()));
    assert_eq!(fit(trainer(), |_| 1, 0), Err("there are no samples".into()));
    assert_eq!(fit(trainer().steps_per_epoch(0), |_| 1, 20), Err("the number of steps per epoch is 0".into()));
    let error = fit(trainer().validation_split(0.5), |_| 1, 20).unwrap_err();
    assert!(error.starts_with("a validation split of 0.5 needs"), "{error}");
    let error = trainer().evaluate_batches(&xor, [Ok((&x[..0], &y[..0]))]);
    assert!(matches!(error, Err(Error::NoSamples)));
}

#[test]
fn callbacks_and_checkpoints_are_those_of_fit() {
    let (x, y) = samples();
    let directory = tempfile::tempdir().unwrap();
    let fit = |epochs: usize, checkpoint: Option<&str>| {
        let rng = &mut StdRng::seed_from_u64(2);
        let mut network = Dropped::new(rng);
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).epochs(epochs);
        if let Some(name) = checkpoint {
            trainer = trainer.checkpoint(directory.path().join(name));
        }
        // the order of an epoch is the reader's: here, later samples first in every other
        let read = |epoch: usize| {
            let mut read: Vec<_> = batches(&x, &y).collect();
            read.rotate_left(epoch % 2);
            read
        };
        let history = trainer.fit_batches_validated(&mut network, read, |_| [Ok((&x[..], &y[..]))], rng)?;
        Ok::<_, Error>((bits(&network), timeless(&history)))
    };
    let whole = fit(5, None).unwrap();
    for epochs in [1, 3, 5] {
        assert_eq!(fit(epochs, Some("one")).unwrap().1, whole.1[..epochs]);
    }
    assert_eq!(fit(5, Some("one")).unwrap(), whole);
    let error = Trainer::new(CategoricalCrossEntropy, Adam::new(0.01))
        .epochs(5)
        .checkpoint(directory.path().join("one"))
        .fit(&mut Dropped::new(&mut StdRng::seed_from_u64(2)), (&x, &y), &mut StdRng::seed_from_u64(2))
        .unwrap_err();
    assert!(error.to_string().contains("its order of samples is `as given`"), "{error}");

    // an epoch ends in its midst, and training where the validation loss says so
    let rng = &mut StdRng::seed_from_u64(2);
    let mut xor = Xor::new(rng);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.0))
        .epochs(100)
        .callback(EarlyStopping::new("val_loss").patience(2))
        .callback(LambdaCallback::on_epoch_end(|training: &mut Training<'_, Xor>| {
            assert_eq!(training.iteration, 5 * training.epoch as u64);
        }));
    let validation = |_| batches(&x[..20], &y[..20]);
    let history = trainer.fit_batches_validated(&mut xor, |_| batches(&x, &y), validation, rng).unwrap();
    assert_eq!(history.epochs.len(), 3);
}
