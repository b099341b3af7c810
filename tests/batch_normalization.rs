//! Batch normalisation: statistics of whole batches, step by step as in Keras.
#![allow(missing_docs, clippy::unwrap_used, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Deserialize;
use typenet::bytemuck::Zeroable as _;
use typenet::losses::Loss;
use typenet::prelude::*;

use crate::support::{all_close, close, fixture};

#[derive(Deserialize)]
struct Batches {
    data: Vec<f64>,
    targets: Vec<f64>,
    trajectories: Vec<Trajectory>,
}

#[derive(Deserialize)]
struct Trajectory {
    name: String,
    batch_size: usize,
    start: Vec<f64>,
    losses: Vec<f64>,
    weights: Vec<f64>,
    evaluated: f64,
    predictions: Vec<f64>,
}

mod parts {
    typenet::network! {
        pub Tower: f64 =
            Dense(4 -> 6), BatchNormalization(momentum = 0.5), tanh, Dense(4), BatchNormalization(momentum = 0.5)
    }
}

network! {
    Plain: f64 =
        BatchNormalization(3),
        Dense(6),
        BatchNormalization(momentum = 0.5, epsilon = 0.25, center = false),
        tanh,
        Dense(4, tanh),
        BatchNormalization(momentum = 0.75, scale = false),
        Dense(2);
    Nested: f64 =
        Dense(3 -> 4),
        // the same network declared here and elsewhere
        Residual(
            Dense(4 -> 6), BatchNormalization(momentum = 0.5), tanh, Dense(4), BatchNormalization(momentum = 0.5)
        ),
        elsewhere: Residual(parts::Tower),
        [BatchNormalization(momentum = 0.75, center = false, scale = false); 2],
        Dense(2);
    Repeated: f64 =
        Dense(3 -> 4),
        [Residual(
            Dense(4 -> 6), BatchNormalization(momentum = 0.5), tanh, Dense(4), BatchNormalization(momentum = 0.5)
        ); 2],
        [BatchNormalization(4, momentum = 0.75, center = false, scale = false); 2],
        Dense(2);
    Frozen: f64 =
        Dense(3 -> 5),
        BatchNormalization(momentum = 0.5, trainable = false),
        tanh,
        BatchNormalization(momentum = 0.5, gamma_regularizer = l2, beta_constraint = non_neg),
        Dense(2)
}

fn follow<N>(name: &str, optimizer: impl Optimizer)
where
    N: Network<Scalar = f64, Input = Tile<f64, 3>, Output = Tile<f64, 2>>,
    MeanSquaredError: Loss<f64, N::Head, Tile<f64, 2>, Tile<f64, 2>>,
{
    let Batches { data, targets, trajectories } = fixture("batches");
    let keras = trajectories.iter().find(|trajectory| trajectory.name == name).unwrap();
    let (x, y) = (data.as_chunks::<3>().0, targets.as_chunks::<2>().0);
    let batches: Vec<_> = x.chunks(keras.batch_size).zip(y.chunks(keras.batch_size)).collect();
    let mut network = N::zeroed();
    network.as_flat_mut().copy_from_slice(&keras.start);
    let mut trainer = Trainer::<N, _, _>::new(MeanSquaredError, optimizer);
    for (step, loss) in keras.losses.iter().enumerate() {
        let ours = trainer.train_on_batch(&mut network, batches[step % batches.len()]).unwrap();
        close(&format!("{name}, step {step}"), ours, *loss, 1e-9);
    }
    all_close(name, network.as_flat(), &keras.weights, 1e-9);
    close(name, trainer.evaluate(&network, (x, y)).unwrap().loss, keras.evaluated, 1e-9);
    all_close(name, network.predict_many(&x[..4]).as_flattened(), &keras.predictions, 1e-9);
}

#[test]
fn twenty_steps_of_keras() {
    follow::<Plain>("plain", Sgd::new(0.25).momentum(0.5));
    follow::<Plain>("plain, short", Adam::new(0.0625));
    follow::<Plain>("plain, whole", Sgd::new(0.25));
    follow::<Nested>("nested", Sgd::new(0.125).momentum(0.5));
    follow::<Repeated>("nested", Sgd::new(0.125).momentum(0.5));
    follow::<Nested>("nested, averaged", Adam::new(0.0625).use_ema(0.5, None));
    follow::<Frozen>("frozen", Sgd::new(0.25).momentum(0.5).weight_decay(0.125));
    const { assert!(Plain::BARRIERS == 3 && Nested::BARRIERS == 6 && Repeated::BARRIERS == 6 && Frozen::BARRIERS == 1) };
}

network! {
    Body = Dense(40 -> 40, relu), BatchNormalization(momentum = 0.5), Dense(40);
    // large enough that gradients go to the optimizer layer by layer
    Large = Dense(40 -> 40), BatchNormalization(momentum = 0.5), relu, Residual(Body), Dropout(0.1), Dense(1);
    Tuned = Dense(40 -> 40), BatchNormalization(trainable = false), relu, Residual(Body(trainable = false)), Dense(1)
}

type Samples = (Vec<[f32; 40]>, Vec<[f32; 1]>);

fn samples(count: usize) -> Samples {
    let x: Vec<[f32; 40]> = (0..count).map(|i| core::array::from_fn(|j| ((i * j) as f32).sin() * 3.0 + 2.0)).collect();
    let y = x.iter().map(|x| [(x[1] * x[2]).cos()]).collect();
    (x, y)
}

/// A batch of one tile, of some, and of more than a large layer's gradient is summed over at once.
#[test]
fn any_length_of_batch() {
    let (x, y) = samples(270);
    for batch_size in [5, 16, 100, 270] {
        let rng = &mut StdRng::seed_from_u64(1);
        let mut network = Large::new(rng);
        let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).batch_size(batch_size).epochs(8);
        let history = trainer.fit(&mut network, (&x, &y), rng).unwrap();
        let (first, last) = (history.epochs[0].training.loss, history.epochs[7].training.loss);
        assert!(last < 0.8 * first, "{batch_size}: {first} {last}");
        // in prediction nearly what it is in training
        let evaluated = trainer.evaluate(&network, (&x, &y)).unwrap().loss;
        assert!(evaluated < first, "{batch_size}: {evaluated} {history}");
        assert!(network.batch_normalization.moving_variance.iter().all(|variance| *variance > 0.0));
    }
}

/// Mean and variance of the batch, with momentum 1/2 after one step.
#[test]
fn moving_averages() {
    let (x, y) = samples(77);
    let start = Large::new(&mut StdRng::seed_from_u64(1));
    let mut network = start.clone();
    Trainer::new(MeanSquaredError, Sgd::new(0.0)).train_on_batch(&mut network, (&x, &y)).unwrap();
    let Large { dense, batch_normalization: layer, .. } = &network;
    for unit in 0..40 {
        let z = |x: &[f32; 40]| (0..40).map(|i| f64::from(dense.kernel[(unit, i)] * x[i])).sum::<f64>();
        let mean = x.iter().map(z).sum::<f64>() / 77.0;
        let variance = x.iter().map(|x| (z(x) - mean).powi(2)).sum::<f64>() / 77.0;
        let (ours, expected) = (f64::from(layer.moving_mean[unit]), 0.5 * mean);
        assert!((ours - expected).abs() < 1e-5 * expected.abs().max(1.0), "{ours} {expected}");
        let (ours, expected) = (f64::from(layer.moving_variance[unit]), 0.5 * (1.0 + variance));
        assert!((ours - expected).abs() < 1e-5 * expected.max(1.0), "{ours} {expected}");
    }
    assert_eq!(network.dense, start.dense);
    // a loss that is not finite leaves them as they are
    network.dense_1.bias[0] = f32::NAN;
    let before = network.batch_normalization;
    let failed = Trainer::new(MeanSquaredError, Sgd::new(0.1)).train_on_batch(&mut network, (&x, &y));
    assert!(failed.is_err());
    assert_eq!(network.batch_normalization, before);
}

/// What is not trained works as in prediction, and nothing of it moves.
#[test]
fn not_trained() {
    const { assert!(Tuned::BARRIERS == 0 && Tuned::TRAINED == 41 * 40 + 41) };
    let (x, y) = samples(50);
    let start = Tuned::new(&mut StdRng::seed_from_u64(1));
    let mut network = start.clone();
    let mut trainer = Trainer::new(MeanSquaredError, AdamW::new(0.01));
    let evaluated = trainer.evaluate(&network, (&x, &y)).unwrap().loss;
    let stepped = trainer.train_on_batch(&mut network, (&x, &y)).unwrap();
    assert!((evaluated - stepped).abs() < 1e-6 * evaluated, "{evaluated} {stepped}");
    assert_eq!((network.batch_normalization, &network.residual), (start.batch_normalization, &start.residual));
    assert_ne!(network.dense, start.dense);
}

network! {
    // worth a second thread
    Wide = Dense(40 -> 200, bias = false), BatchNormalization, relu, Dense(200, tanh, trainable = false), Dense(100),
        BatchNormalization, relu, Dense(1)
}

/// Any number of threads gives the same bits, and leaves what is not trained as it is.
#[test]
fn threads() {
    fn train(threads: usize, optimizer: impl Optimizer) -> Box<Wide> {
        let (rng, (x, y)) = (&mut StdRng::seed_from_u64(7), samples(300));
        let mut network = Wide::boxed(rng);
        let kept = Box::new(network.dense_1);
        let mut trainer = Trainer::new(MeanSquaredError, optimizer).batch_size(120).threads(threads);
        trainer.fit(&mut *network, (&x, &y), rng).unwrap();
        assert_eq!(network.dense_1, *kept);
        network
    }
    let (plain, careful) = (Adam::new(0.01), AdamW::new(0.01).use_ema(0.9, None));
    for threads in [2, 3] {
        assert_eq!(train(threads, plain), train(1, plain), "{threads} threads");
        assert_eq!(train(threads, careful), train(1, careful), "{threads} threads, all at once");
    }
}

/// A training that was interrupted ends with the same bits; and the same seed gives the same.
#[test]
fn the_same_bits() {
    let directory = tempfile::tempdir().unwrap();
    let (x, y) = samples(70);
    let train = |epochs, name: &str| {
        let rng = &mut StdRng::seed_from_u64(5);
        let mut network = Large::new(rng);
        Trainer::new(MeanSquaredError, Adam::new(0.01).use_ema(0.9, Some(2)))
            .epochs(epochs)
            .checkpoint(directory.path().join(name))
            .fit(&mut network, (&x, &y), rng)
            .unwrap();
        network
    };
    train(2, "halted");
    let (resumed, whole) = (train(5, "halted"), train(5, "whole"));
    assert_eq!(resumed, whole);
    let path = directory.path().join("weights");
    whole.save(&path).unwrap();
    let mut loaded = Large::zeroed();
    loaded.load(&path).unwrap();
    assert_eq!(loaded, whole);
    let summary = typenet::weights::summary(&path).unwrap().to_string();
    assert!(summary.contains("residual.batch_normalization.moving_variance"), "{summary}");
}
