//! Regularisers and constraints, number by number as Keras computes them, alone and over twenty steps.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Deserialize;
use typenet::HeaplessTrainer;
use typenet::bytemuck::Zeroable as _;
use typenet::constraints::{Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm};
use typenet::data::sample_weight;
use typenet::prelude::*;
use typenet::regularizers::{L1, L1L2, L2, OrthogonalColumns, OrthogonalRegularizer, Regularizer};

use crate::support::{all_close, close, fixture};

#[derive(Deserialize)]
struct Penalties {
    kernel: Vec<f64>,
    regularizers: Vec<Penalty>,
    constraints: Vec<Weights>,
    data: Vec<f64>,
    targets: Vec<f64>,
    batch_size: usize,
    start: Vec<f64>,
    trajectories: Vec<Trajectory>,
}

#[derive(Deserialize)]
struct Penalty {
    name: String,
    value: f64,
    gradient: Vec<f64>,
}

#[derive(Deserialize)]
struct Weights {
    name: String,
    kernel: Vec<f64>,
    bias: Vec<f64>,
}

#[derive(Deserialize)]
struct Trajectory {
    name: String,
    losses: Vec<f64>,
    evaluated: f64,
    weights: Vec<f64>,
}

network! {
    Penalized: f64 =
        Dense(3 -> 5, tanh, kernel_regularizer = l1(0.125), bias_regularizer = l2),
        Dense(2, kernel_regularizer = l1_l2(0.125, 0.0625));
    Active: f64 =
        Dense(3 -> 5, tanh), ActivityRegularization(l1 = 0.125, l2 = 0.25), Dense(2, kernel_regularizer = l2);
    Bent: f64 =
        Dense(3 -> 5, tanh), PReLU(alpha_initializer = constant(0.25), alpha_regularizer = l2(0.0625), alpha_constraint = non_neg),
        Dense(2);
    Costly: f64 =
        Residual(Dense(3 -> 3, tanh), ActivityRegularization(l2 = 0.5)),
        [ActivityRegularization(3 -> 3, l1 = 0.25); 2],
        Active;
    Orthogonal: f64 = Dense(3 -> 5, tanh, kernel_regularizer = orthogonal_regularizer(0.5)), Dense(2);
    Constrained: f64 =
        Dense(3 -> 5, tanh, kernel_constraint = max_norm(0.75), bias_constraint = non_neg),
        Dense(2, kernel_constraint = min_max_norm(0.5, 0.75, 0.25));
    Unit: f64 =
        Dense(3 -> 5, tanh, kernel_constraint = unit_norm, kernel_regularizer = l1),
        Dense(2, bias_constraint = max_norm);
    Plain: f64 = Dense(3 -> 5, tanh), Dense(2);
    Nested: f64 =
        first: Dense(3 -> 3, tanh),
        around: Residual(Dense(3 -> 3, kernel_regularizer = l2(0.5))),
        copies: [Dense(3 -> 3, bias_regularizer = l2(0.25), kernel_constraint = non_neg); 2],
        unit: Unit,
        Dense(2 -> 1);
    Large = Dense(40 -> 40, relu, kernel_regularizer = l2(0.5), kernel_constraint = max_norm(1.5)), Dense(1)
}

const UNITS: usize = 5;

fn check_regularizer(regularizer: impl Regularizer, kernel: &[f64], keras: &Penalty) {
    let mut gradient = vec![1.0; kernel.len()];
    close(&keras.name, regularizer.penalty(kernel, UNITS, &mut gradient), keras.value, 1e-12);
    close(&keras.name, regularizer.penalty(kernel, UNITS, &mut []), keras.value, 1e-12);
    for g in &mut gradient {
        *g -= 1.0;
    }
    all_close(&keras.name, &gradient, &keras.gradient, 1e-12);
    // central differences, beside the corners
    let at = |i: usize, by: f64| {
        let mut moved = kernel.to_vec();
        moved[i] += by;
        regularizer.penalty(&moved, UNITS, &mut [])
    };
    for (i, slope) in gradient.iter().enumerate().filter(|(i, _)| kernel[*i] != 0.0) {
        close(&format!("{} {i}, numerically", keras.name), (at(i, 1e-6) - at(i, -1e-6)) / 2e-6, *slope, 1e-8);
    }
    let single: Vec<f32> = kernel.iter().map(|w| <f32 as Scalar>::from_f64(*w)).collect();
    let ours = regularizer.penalty(&single, UNITS, &mut []);
    close(&format!("{} in f32", keras.name), ours, keras.value, 1e-6);
}

#[test]
fn regularizers() {
    let fixture: Penalties = fixture("penalties");
    for keras in &fixture.regularizers {
        let kernel = &fixture.kernel;
        match keras.name.as_str() {
            "l1" => check_regularizer(L1(0.01), kernel, keras),
            "l1(0.125)" => check_regularizer(L1(0.125), kernel, keras),
            "l2" => check_regularizer(L2(0.01), kernel, keras),
            "l2(0.0625)" => check_regularizer(L2(0.0625), kernel, keras),
            "l1_l2" => check_regularizer(L1L2(0.01, 0.01), kernel, keras),
            "l1_l2(0.125, 0.0625)" => check_regularizer(L1L2(0.125, 0.0625), kernel, keras),
            "orthogonal_regularizer" => check_regularizer(OrthogonalRegularizer(0.01), kernel, keras),
            "orthogonal_columns(0.5)" => check_regularizer(OrthogonalColumns(0.5), kernel, keras),
            "orthogonal_regularizer(0.5)" => check_regularizer(OrthogonalRegularizer(0.5), kernel, keras),
            other => panic!("no test for {other}"),
        }
    }
    assert_eq!(fixture.regularizers.len(), 9);
    assert_eq!(OrthogonalRegularizer(1.0).penalty(&[1.0, 2.0], 2, &mut [0.0; 2]), 0.0, "one row has no pairs");
    assert_eq!(OrthogonalColumns(1.0).penalty(&[1.0, 2.0], 1, &mut [0.0; 2]), 0.0, "one column has no pairs");
}

#[test]
fn rows_of_almost_nothing() {
    // Keras 3.15 on JAX, in `f32`: a penalty of 0.01 with the gradient 1e6, and one of 0.4919 with 4.47e6
    let of = |kernel: [f64; 4]| {
        let mut gradient = [0.0; 4];
        (OrthogonalRegularizer(1.0).penalty(&kernel, 2, &mut gradient), gradient)
    };
    let (penalty, gradient) = of([1e-8, 0.0, 1e-8, 0.0]);
    assert!((penalty - 0.01).abs() < 1e-12);
    assert!(gradient.iter().zip([1e6, 0.0, 1e6, 0.0]).all(|(ours, keras)| (ours - keras).abs() < 1e-6), "{gradient:?}");
    let (penalty, gradient) = of([3e-8, 4e-8, 1.0, 2.0]);
    assert!((penalty - 0.491_934_955).abs() < 1e-7);
    let keras = [4.472_136e6, 8.944_272e6, 0.035_777_08, -0.017_888_53];
    assert!(gradient.iter().zip(keras).all(|(ours, keras)| (ours / keras - 1.0).abs() < 1e-5), "{gradient:?}");
    assert_eq!(of([0.0; 4]).0, 0.0);
}

#[test]
fn constraints() {
    fn check(constraint: impl Constraint, kernel: &[f64], keras: &Weights) {
        let (mut whole, mut bias) = (kernel.to_vec(), kernel[..UNITS].to_vec());
        constraint.apply(&mut whole, UNITS);
        constraint.apply(&mut bias, 1);
        all_close(&keras.name, &whole, &keras.kernel, 1e-14);
        all_close(&keras.name, &bias, &keras.bias, 1e-14);
    }
    let fixture: Penalties = fixture("penalties");
    for keras in &fixture.constraints {
        let kernel = &fixture.kernel;
        match keras.name.as_str() {
            "max_norm" => check(MaxNorm(2.0), kernel, keras),
            "max_norm(0.75)" => check(MaxNorm(0.75), kernel, keras),
            "min_max_norm" => check(MinMaxNorm(0.0, 1.0, 1.0), kernel, keras),
            "min_max_norm(0.5, 0.75, 0.25)" => check(MinMaxNorm(0.5, 0.75, 0.25), kernel, keras),
            "non_neg" => check(NonNeg, kernel, keras),
            "unit_norm" => check(UnitNorm, kernel, keras),
            other => panic!("no test for {other}"),
        }
    }
    assert_eq!(fixture.constraints.len(), 6);
}

fn follow<N, O>(fixture: &Penalties, name: &str, optimizer: O)
where
    N: Network<Scalar = f64, Input = Tile<f64, 3>, Output = Tile<f64, 2>>,
    O: Optimizer,
    MeanSquaredError: typenet::losses::Loss<f64, N::Head, Tile<f64, 2>, Tile<f64, 2>>,
{
    let keras = fixture.trajectories.iter().find(|trajectory| trajectory.name == name).unwrap();
    let x: Vec<[f64; 3]> = fixture.data.chunks_exact(3).map(|row| row.try_into().unwrap()).collect();
    let y: Vec<[f64; 2]> = fixture.targets.chunks_exact(2).map(|row| row.try_into().unwrap()).collect();
    let batches: Vec<_> = x.chunks(fixture.batch_size).zip(y.chunks(fixture.batch_size)).collect();
    let mut network = N::zeroed();
    // what stands between the two layers starts at 1/4
    let (first, second) = fixture.start.split_at(4 * UNITS);
    let between = N::PARAMETERS - fixture.start.len();
    network.as_flat_mut().copy_from_slice(&[first, &vec![0.25; between], second].concat());
    let mut trainer = Trainer::<N, _, _>::new(MeanSquaredError, optimizer);
    for (step, loss) in keras.losses.iter().enumerate() {
        let ours = trainer.train_on_batch(&mut network, batches[step % batches.len()]).unwrap();
        close(&format!("{name}, step {step}"), ours, *loss, 1e-10);
    }
    all_close(name, network.as_flat(), &keras.weights, 1e-10);
    close(name, trainer.evaluate(&network, (&x, &y)).unwrap().loss, keras.evaluated, 1e-10);
}

#[test]
fn trajectories() {
    let fixture: Penalties = fixture("penalties");
    follow::<Penalized, _>(&fixture, "l1_l2", Sgd::new(0.25).momentum(0.5));
    follow::<Active, _>(&fixture, "activity", Sgd::new(0.25).momentum(0.5));
    follow::<Bent, _>(&fixture, "alpha", Sgd::new(0.25).momentum(0.5));
    follow::<Orthogonal, _>(&fixture, "orthogonal", Sgd::new(0.25).momentum(0.5));
    follow::<Constrained, _>(&fixture, "max_norm", Sgd::new(0.25).momentum(0.5));
    follow::<Unit, _>(&fixture, "unit_norm", Adam::new(0.0625).use_ema(0.5, Some(3)));
    assert_eq!(fixture.trajectories.len(), 6);
}

/// Layers within others have their penalties, each copy its own.
#[test]
fn nested() {
    const { assert!(Nested::REGULARIZED && Nested::CONSTRAINED && !Plain::REGULARIZED && !Plain::CONSTRAINED) };
    let mut network = Nested::new(&mut StdRng::seed_from_u64(0));
    network.copies[0].bias[1] = 2.0;
    network.copies[1].bias[0] = -3.0;
    let squares: f64 = network.around.kernel.iter().map(|w| w * w).sum();
    let absolutes: f64 = network.unit.dense.kernel.iter().map(|w| w.abs()).sum();
    let mut gradient = Nested::zeroed();
    let penalty = network.penalty(Some(&mut gradient));
    close("penalty", penalty, 0.5 * squares + 0.25 * (4.0 + 9.0) + 0.01 * absolutes, 1e-14);
    assert_eq!(gradient.around.kernel, network.around.kernel);
    assert_eq!((gradient.copies[0].bias[1], gradient.copies[1].bias[0]), (1.0, -1.5));
    assert_eq!(gradient.unit.dense.kernel[0], 0.01 * network.unit.dense.kernel[0].signum());
    assert_eq!(gradient.first.as_flat().iter().map(|g: &f64| g.abs()).sum::<f64>(), 0.0);
    network.constrain();
    assert!(network.copies.iter().all(|copy| copy.kernel.iter().all(|w| *w >= 0.0)));
    close("square", network.unit.dense.kernel.row(0).iter().map(|w| w * w).sum(), 1.0, 1e-6);
}

/// A large network, whose gradient goes to the optimizer layer by layer where nothing is added to it; and without a heap.
#[test]
fn large_networks_and_no_heap() {
    let x: Vec<[f32; 40]> = (0..50).map(|i| core::array::from_fn(|j| ((i * j) as f32).sin())).collect();
    let y: Vec<[f32; 1]> = (0..50).map(|i| [(i as f32).cos()]).collect();
    let start = Large::new(&mut StdRng::seed_from_u64(0));
    let (mut here, mut there) = (start.clone(), start.clone());
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01));
    let mut heapless = Box::new(HeaplessTrainer::<Large, _, _, 1>::new(MeanSquaredError, Sgd::new(0.01)));
    let bare = trainer.evaluate(&start, (&x, &y)).unwrap().loss;
    for step in 0..3 {
        let (ours, alone) = (
            trainer.train_on_batch(&mut here, (&x, &y)).unwrap(),
            heapless.train_on_batch(&mut there, (&x, &y)).unwrap(),
        );
        assert!(step > 0 || (ours - bare).abs() < 1e-5 * bare, "{ours} {bare}");
        assert!((ours - alone).abs() < 1e-5 * alone, "{ours} {alone}");
    }
    for (a, b) in here.as_flat().iter().zip(there.as_flat()) {
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
    // the penalty is most of the loss: the kernel has shrunk, and no unit is longer than it may be
    let squares = |network: &Large| network.dense.kernel.iter().map(|w| w * w).sum::<f32>();
    assert!(squares(&here) < 0.96 * squares(&start));
    assert!((0..40).all(|unit| here.dense.kernel.row(unit).iter().map(|w| w * w).sum::<f32>() <= 1.5 * 1.5 + 1e-4));
}

/// What outputs cost is the mean over all samples, whatever their weights, and outputs within other layers cost the same.
#[test]
fn outputs_that_cost() {
    const { assert!(Costly::COSTS && Active::COSTS && !Nested::COSTS && !Plain::COSTS) };
    let fixture: Penalties = fixture("penalties");
    let x: Vec<[f64; 3]> = fixture.data.chunks_exact(3).map(|row| row.try_into().unwrap()).collect();
    let y: Vec<[f64; 2]> = fixture.targets.chunks_exact(2).map(|row| row.try_into().unwrap()).collect();
    let start = Costly::new(&mut StdRng::seed_from_u64(3));
    let mut cost = 0.0;
    for x in &x {
        let tanh = |dense: &[f64], bias: &[f64], x: &[f64]| -> Vec<f64> {
            let units = bias.len();
            let sum = |unit| x.iter().enumerate().map(|(i, x)| x * dense[i * units + unit]).sum::<f64>();
            (0..units).map(|unit| (sum(unit) + bias[unit]).tanh()).collect()
        };
        let absolutes = |h: &[f64]| h.iter().map(|h| h.abs()).sum::<f64>();
        let squares = |h: &[f64]| h.iter().map(|h| h * h).sum::<f64>();
        let within = tanh(start.residual.dense.kernel.as_slice(), start.residual.dense.bias.as_slice(), x);
        let after: Vec<f64> = x.iter().zip(&within).map(|(x, h)| x + h).collect();
        let dense = &start.active.dense;
        let active = tanh(dense.kernel.as_slice(), dense.bias.as_slice(), &after);
        cost += 0.5 * squares(&within) + 2.0 * 0.25 * absolutes(&after);
        cost += 0.125 * absolutes(&active) + 0.25 * squares(&active);
    }
    let weights = vec![0.0; x.len()];
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.125));
    let unweighted = trainer.evaluate(&start, (&x, &sample_weight(&y, &weights))).unwrap().loss;
    close("cost", unweighted - start.penalty(None), cost / x.len() as f64, 1e-12);

    let mut heapless = Box::new(HeaplessTrainer::<Costly, _, _, 1>::new(MeanSquaredError, Sgd::new(0.125)));
    let (mut here, mut there) = (start.clone(), start.clone());
    for _ in 0..3 {
        let ours = trainer.train_on_batch(&mut here, (&x, &y)).unwrap();
        close("heapless", heapless.train_on_batch(&mut there, (&x, &y)).unwrap(), ours, 1e-12);
    }
    all_close("heapless", there.as_flat(), here.as_flat(), 1e-12);
}
