//! Training in pieces gives the bits of training in one go, with every optimizer and whatever it can be told.

use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use typenet::data::{Samples, Targets};
use typenet::losses::Loss;
use typenet::prelude::*;
use typenet::schedules::CosineDecay;
use typenet::{Epoch, Error, network};

use super::timeless;

network! {
    Small: f64 = Dense(2 -> 3, tanh), Dense(3 -> 1);
    // so large that it is trained layer by layer, and random in training
    Large = GaussianNoise(2, 0.1), Dense(2 -> 40, tanh), Dropout(0.2), Dense(40 -> 30, relu), Dense(30 -> 1)
}

const EPOCHS: usize = 7;

/// The network's bits, the history, the count of steps, and what the caller's generator gives next.
type Outcome = (Vec<u64>, Vec<Epoch>, u64, u64);

fn train<N, X, Y, O>(
    start: fn(&mut StdRng) -> N,
    data: (&X, &Y),
    optimizer: O,
    epochs: usize,
    checkpoint: Option<(&Path, usize)>,
) -> Result<Outcome, Error>
where
    N: Network,
    X: Samples<N::Scalar, N::Input>,
    Y: Targets<N::Scalar, N::Output>,
    MeanSquaredError: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    O: Optimizer,
{
    let rng = &mut StdRng::seed_from_u64(5);
    let mut network = start(rng);
    // batches of 16, 16 and 8: what gathers several has some left when an epoch ends
    let mut trainer = Trainer::new(MeanSquaredError, optimizer).epochs(epochs).batch_size(16).validation_split(0.2);
    if let Some((path, every)) = checkpoint {
        trainer = trainer.checkpoint(path).checkpoint_every(every);
    }
    let history = trainer.fit(&mut network, data, rng)?;
    let bits = network.as_flat().iter().map(|number| number.to_f64().to_bits()).collect();
    Ok((bits, timeless(&history), trainer.iteration(), rng.next_u64()))
}

fn pieces<N, X, Y, O>(start: fn(&mut StdRng) -> N, data: (&X, &Y), optimizer: &O)
where
    N: Network,
    X: Samples<N::Scalar, N::Input>,
    Y: Targets<N::Scalar, N::Output>,
    MeanSquaredError: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    O: Optimizer,
{
    let train = |epochs, checkpoint| train(start, data, optimizer.clone(), epochs, checkpoint).unwrap();
    let whole = train(EPOCHS, None);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint");
    for epochs in [1, 4, EPOCHS] {
        let piece = train(epochs, Some((&path, 1)));
        assert_eq!(piece.1, whole.1[..epochs], "{optimizer:?} in {}", N::NAME);
        assert!(epochs < EPOCHS || piece == whole, "{optimizer:?} in {}", N::NAME);
    }
    // what has ended is only read
    assert_eq!(train(EPOCHS, Some((&path, 1))), whole, "{optimizer:?} in {}", N::NAME);
}

fn of_both<O: Optimizer>(optimizer: &O) {
    let rng = &mut StdRng::seed_from_u64(4);
    let x: Vec<[f64; 2]> = (0..50).map(|_| [rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0)]).collect();
    let y: Vec<f64> = x.iter().map(|[a, b]| a * b + 0.1 * rng.random_range(-1.0..1.0)).collect();
    pieces(Small::new, (&x, &y), optimizer);
    #[allow(clippy::cast_possible_truncation, reason = "the same in f32")]
    let (x, y): (Vec<[f32; 2]>, Vec<f32>) =
        (x.iter().map(|x| x.map(|x| x as f32)).collect(), y.iter().map(|y| *y as f32).collect());
    pieces(Large::new, (&x, &y), optimizer);
}

#[test]
fn each_optimizer() {
    of_both(&Sgd::new(CosineDecay::new(0.1, 20)).momentum(0.9).nesterov().decay(0.01));
    of_both(&RmsProp::new(0.01).momentum(0.5).centered());
    of_both(&Adam::new(0.01));
    of_both(&Adam::new(0.01).amsgrad());
    of_both(&AdamW::new(0.01).weight_decay(0.1));
    of_both(&Adamax::new(0.01));
    of_both(&Nadam::new(0.01));
    of_both(&Adagrad::new(0.1));
    of_both(&Adadelta::new(1.0));
    of_both(&Lion::new(0.001));
    of_both(&Ftrl::new(0.1).l1_regularization_strength(0.001));
    of_both(&Lamb::new(0.01).weight_decay(0.1));
    of_both(&Adafactor::new(0.1).weight_decay(0.1));
    of_both(&Muon::new(0.01).exclude_layers(&["dense_1"]));
    of_both(&ScheduleFreeAdamW::new(0.01).warmup_steps(5));
}

#[test]
fn whatever_an_optimizer_is_told() {
    of_both(&Sgd::new(0.1).clipvalue(0.01));
    of_both(&Sgd::new(0.1).global_clipnorm(0.01));
    of_both(&Sgd::new(0.1).weight_decay(0.1));
    of_both(&Sgd::new(0.1).gradient_accumulation_steps(5));
    of_both(&Sgd::new(0.1).use_ema(0.9, None));
    of_both(&Sgd::new(0.1).use_ema(0.9, 4));
    of_both(&Nadam::new(0.01).gradient_accumulation_steps(2).global_clipnorm(0.1));
    of_both(&Ftrl::new(0.1).gradient_accumulation_steps(4));
    of_both(&Lamb::new(0.01).gradient_accumulation_steps(2).clipnorm(0.1));
    let adam = Adam::new(0.01).amsgrad().clipvalue(0.1).weight_decay(0.1).gradient_accumulation_steps(5);
    of_both(&adam.use_ema(0.9, 3));
}

#[test]
fn not_every_epoch_needs_to_be_kept() {
    let data = (&vec![[0.5, -0.5]; 40], &vec![0.25; 40]);
    let train = |epochs, checkpoint| train(Small::new, data, Sgd::new(0.1).momentum(0.9), epochs, checkpoint).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint");
    // the last epoch of a fit is kept in any case
    assert_eq!(train(5, Some((&path, 3))).1.len(), 5);
    assert_eq!(train(EPOCHS, Some((&path, 3))), train(EPOCHS, None));
}

#[test]
fn a_history_longer_than_a_header() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint");
    let train = |epochs| {
        let rng = &mut StdRng::seed_from_u64(5);
        let mut network = Small::new(rng);
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(epochs);
        let history =
            trainer.checkpoint(&path).checkpoint_every(epochs).fit(&mut network, (&[[0.5, 1.0]], &[0.25]), rng);
        history.unwrap()
    };
    let before = train(100_000);
    assert!(before.to_csv().len() > 4 * 1024 * 1024);
    assert_eq!(train(100_001).epochs[..100_000], before.epochs, "also the time that it took");
}

/// The parameters that a diverging training falls back to are those before the step that led there, also when that step
/// was made before the interruption.
#[test]
fn divergence_after_an_interruption() {
    let fit = |epochs, path: Option<&Path>| {
        let rng = &mut StdRng::seed_from_u64(5);
        let mut network = Small::new(rng);
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e160)).epochs(epochs).shuffle(false);
        if let Some(path) = path {
            trainer = trainer.checkpoint(path);
        }
        let result = trainer.fit(&mut network, (&[[0.5, 1.0]], &[0.25]), rng);
        (network, result)
    };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint");
    let (whole, result) = fit(9, None);
    let Err(Error::Diverged { epoch, .. }) = result else { panic!("it should diverge, not {result:?}") };
    assert!(epoch > 1, "it diverged at once");
    fit(epoch - 1, Some(&path)).1.unwrap();
    let (pieces, result) = fit(9, Some(&path));
    assert!(matches!(result, Err(Error::Diverged { epoch: there, .. }) if there == epoch), "{result:?}");
    assert_eq!(pieces, whole);
}
