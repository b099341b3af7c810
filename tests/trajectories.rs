//! Twenty steps of training, number by number as Keras makes them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use serde::Deserialize;
use typenet::data::Targets;
use typenet::losses::Loss;
use typenet::prelude::*;

use crate::support::fixture;

#[derive(Deserialize)]
struct Trajectories {
    trajectories: Vec<Trajectory>,
}

#[derive(Deserialize)]
struct Trajectory {
    name: String,
    optimizer: Optimizer,
    batch_size: usize,
    data: Vec<f64>,
    targets: Vec<f64>,
    labels: Option<Vec<usize>>,
    losses: Vec<f64>,
    snapshots: Vec<Snapshot>,
}

#[derive(Deserialize)]
struct Optimizer {
    learning_rate: f64,
    momentum: f64,
    nesterov: bool,
    decay: f64,
}

#[derive(Deserialize)]
struct Snapshot {
    step: usize,
    layers: Vec<Weights>,
    predictions: Vec<f64>,
}

#[derive(Deserialize)]
struct Weights {
    kernel: Tensor,
    bias: Option<Tensor>,
}

#[derive(Deserialize)]
struct Tensor {
    values: Vec<f64>,
}

impl Snapshot {
    /// All weights, in the order of the network's struct.
    fn flat(&self) -> Vec<f64> {
        let tensors = self.layers.iter().flat_map(|layer| [Some(&layer.kernel), layer.bias.as_ref()]);
        tensors.flatten().flat_map(|tensor| tensor.values.iter().copied()).collect()
    }
}

/// Apart by no more than `tolerance`, relative to the largest of the numbers.
fn all_close(what: &str, ours: impl Iterator<Item = f64>, keras: &[f64], tolerance: f64) {
    let largest = keras.iter().fold(0.0_f64, |most, k| most.max(k.abs()));
    let mut count = 0;
    for (index, (ours, keras)) in ours.zip(keras).enumerate() {
        let apart = (ours - keras).abs();
        assert!(apart <= tolerance * largest, "{what}, number {index}: ours {ours:e}, Keras {keras:e}");
        count += 1;
    }
    assert_eq!(count, keras.len(), "{what}: how many numbers");
}

/// Trains step by step and compares the loss of each step, and the weights and predictions of each snapshot.
fn follow<T, N, L, Y, const IN: usize, const OUT: usize>(
    trajectory: &Trajectory,
    loss: L,
    targets: &[Y],
    tolerance: f64,
) where
    T: Scalar,
    N: Network<Scalar = T, Input = Tile<T, IN>, Output = Tile<T, OUT>>,
    [Y]: Targets<T, Tile<T, OUT>>,
    L: Loss<T, N::Head, Tile<T, OUT>, <[Y] as Targets<T, Tile<T, OUT>>>::Tile>,
{
    let what = format!("{} in {}", trajectory.name, T::NAME);
    let Optimizer { learning_rate, momentum, nesterov, decay } = trajectory.optimizer;
    let sgd = Sgd::new(learning_rate).momentum(momentum).decay(decay);
    let sgd = if nesterov { sgd.nesterov() } else { sgd };
    let mut trainer = Trainer::<N, _, _>::new(loss, sgd);
    let samples = trajectory.data.chunks_exact(IN);
    let x: Vec<[T; IN]> = samples.map(|row| core::array::from_fn(|i| T::from_f64(row[i]))).collect();
    let batches: Vec<_> = x.chunks(trajectory.batch_size).zip(targets.chunks(trajectory.batch_size)).collect();

    let mut network = N::zeroed();
    let start = trajectory.snapshots[0].flat();
    assert_eq!(start.len(), N::PARAMETERS, "{what}: the network of the fixture is another one");
    for (number, keras) in network.as_flat_mut().iter_mut().zip(&start) {
        *number = T::from_f64(*keras);
    }
    for (step, keras) in trajectory.losses.iter().enumerate() {
        let (x, y) = batches[step % batches.len()];
        let ours = trainer.train_on_batch(&mut network, (x, y)).unwrap();
        let relative = (ours - keras).abs() / keras.abs();
        assert!(relative <= tolerance, "{what}, step {step}: loss {ours:e}, Keras {keras:e}, apart {relative:e}");
        let Some(snapshot) = trajectory.snapshots.iter().find(|snapshot| snapshot.step == step + 1) else { continue };
        let weights = network.as_flat().iter().map(|w| w.to_f64());
        all_close(&format!("{what}, weights after step {}", step + 1), weights, &snapshot.flat(), tolerance);
        let predictions = network.predict_many(&x_head(&trajectory.data));
        let predictions = predictions.iter().flatten().map(|y| y.to_f64());
        all_close(
            &format!("{what}, predictions after step {}", step + 1),
            predictions,
            &snapshot.predictions,
            tolerance,
        );
    }
}

/// The first eight samples, which the fixtures predict.
fn x_head<T: Scalar, const IN: usize>(data: &[f64]) -> Vec<[T; IN]> {
    data.chunks_exact(IN).take(8).map(|row| core::array::from_fn(|i| T::from_f64(row[i]))).collect()
}

fn vectors<T: Scalar, const OUT: usize>(flat: &[f64]) -> Vec<[T; OUT]> {
    flat.chunks_exact(OUT).map(|row| core::array::from_fn(|i| T::from_f64(row[i]))).collect()
}

macro_rules! networks {
    ($($scalar:ident in $module:ident),*) => {$(
        mod $module {
            typenet::network! {
                pub Xor: $scalar = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
                pub Deep: $scalar =
                    Dense(5 -> 8, tanh),
                    Dense(8, gelu),
                    Dense(7, elu),
                    Dense(6, silu, bias = false),
                    Dense(5, leaky_relu),
                    Dense(4, softplus),
                    Dense(3, sigmoid),
                    Dense(3, softmax);
                pub Regression: $scalar = Dense(4 -> 9, tanh), Dense(2);
                pub Sparse: $scalar = Dense(6 -> 10, gelu), Dense(5, softmax)
            }
        }
    )*};
}

networks!(f32 in single, f64 in double);

#[test]
fn xor_with_momentum_and_decay() {
    let keras: Trajectory = fixture("xor");
    let loss = BinaryCrossEntropy;
    follow::<f64, double::Xor, _, _, 2, 2>(&keras, loss, &vectors::<f64, 2>(&keras.targets), 1e-10);
    follow::<f32, single::Xor, _, _, 2, 2>(&keras, loss, &vectors::<f32, 2>(&keras.targets), 1e-4);
}

fn deep(name: &str) -> Trajectory {
    let fixture: Trajectories = fixture("deep");
    fixture.trajectories.into_iter().find(|trajectory| trajectory.name == name).unwrap()
}

#[test]
fn eight_layers_with_nesterov() {
    let keras = deep("deep");
    let loss = CategoricalCrossEntropy;
    follow::<f64, double::Deep, _, _, 5, 3>(&keras, loss, &vectors::<f64, 3>(&keras.targets), 1e-10);
    follow::<f32, single::Deep, _, _, 5, 3>(&keras, loss, &vectors::<f32, 3>(&keras.targets), 1e-4);
}

#[test]
fn regression_with_plain_descent() {
    let keras = deep("regression");
    let loss = MeanSquaredError;
    follow::<f64, double::Regression, _, _, 4, 2>(&keras, loss, &vectors::<f64, 2>(&keras.targets), 1e-10);
    follow::<f32, single::Regression, _, _, 4, 2>(&keras, loss, &vectors::<f32, 2>(&keras.targets), 1e-4);
}

#[test]
fn classes_with_momentum() {
    let keras = deep("sparse");
    let labels = keras.labels.as_deref().unwrap();
    follow::<f64, double::Sparse, _, _, 6, 5>(&keras, SparseCategoricalCrossEntropy, labels, 1e-10);
    follow::<f32, single::Sparse, _, _, 6, 5>(&keras, SparseCategoricalCrossEntropy, labels, 1e-4);
}
