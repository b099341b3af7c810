//! Gradients against central differences, in f64.
#![allow(dead_code, reason = "each test uses the part that it needs")]

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use typenet::data::{Samples, Targets};
use typenet::layers::LayerInfo;
use typenet::losses::Loss;
use typenet::prelude::*;

/// How far the two may be apart, relative to their size or to 1.
const TOLERANCE: f64 = 2e-8;
/// The half-width of the difference quotient: its error is of the order `H^2`, that of rounding `1e-16 / H`.
const H: f64 = 1e-5;
/// More than one tile of 8, and no whole number of tiles.
pub const SAMPLES: usize = 11;

pub fn close(what: &str, index: usize, analytic: f64, numeric: f64) {
    let scale = analytic.abs().max(numeric.abs()).max(1.0);
    assert!(
        (analytic - numeric).abs() <= TOLERANCE * scale,
        "{what}, number {index}: backward gives {analytic:e}, the difference quotient {numeric:e}"
    );
}

pub fn numbers<const N: usize>(rng: &mut StdRng) -> Vec<[f64; N]> {
    (0..SAMPLES).map(|_| core::array::from_fn(|_| rng.random_range(-1.5..1.5))).collect()
}

/// Vectors of probabilities that sum to one.
pub fn probabilities<const N: usize>(rng: &mut StdRng) -> Vec<[f64; N]> {
    let positive = (0..SAMPLES).map(|_| core::array::from_fn::<f64, N, _>(|_| rng.random_range(0.1..1.0)));
    positive.map(|t| t.map(|p| p / t.iter().sum::<f64>())).collect()
}

/// Parameters that leave no bias at its initial zero.
pub fn filled<N: Network<Scalar = f64>>(rng: &mut StdRng) -> N {
    let mut network = N::zeroed();
    network.initialize(rng);
    for number in network.as_flat_mut() {
        *number += rng.random_range(-0.2..0.2);
    }
    network
}

/// Whether each number is trained, as the layers say.
fn trained(layers: &[LayerInfo]) -> Vec<bool> {
    let copies = |layer: &LayerInfo| match layer.layers {
        [] => {
            [vec![true; layer.trained / layer.copies], vec![false; (layer.parameters - layer.trained) / layer.copies]]
                .concat()
        }
        _ if layer.trained == 0 => vec![false; layer.parameters / layer.copies],
        layers => trained(layers),
    };
    layers.iter().flat_map(|layer| copies(layer).repeat(layer.copies)).collect()
}

/// The gradient that a step of plain descent with rate 1 takes away, against difference quotients of the loss that a
/// step reports.
pub fn check_loss<N, L, X, Y>(what: &str, loss: L, x: &X, y: &Y)
where
    N: Network<Scalar = f64>,
    L: Loss<f64, N::Head, N::Output, Y::Tile>,
    X: Samples<f64, N::Input> + ?Sized,
    Y: Targets<f64, N::Output> + ?Sized,
{
    let network = &mut filled::<N>(&mut StdRng::seed_from_u64(8));
    let mut trainer = Trainer::<N, _, _>::new(loss, Sgd::new(1.0));
    let before = network.as_flat().to_vec();
    let mut step = |network: &mut N| trainer.train_on_batch(network, (x, y)).unwrap();
    step(network);
    let gradient: Vec<f64> = before.iter().zip(network.as_flat()).map(|(before, after)| before - after).collect();
    let moves = trained(N::LAYERS);
    for (index, analytic) in gradient.into_iter().enumerate() {
        if !moves[index] {
            assert_eq!(analytic, 0.0, "{what}: parameter {index} is not trained");
            continue;
        }
        let mut shifted = |by: f64| {
            network.as_flat_mut().copy_from_slice(&before);
            network.as_flat_mut()[index] += by;
            step(network)
        };
        close(what, index, analytic, (shifted(H) - shifted(-H)) / (2.0 * H));
    }
}

/// `Pass::backward` with gradients of the outputs given from outside: with respect to parameters and inputs.
pub fn check_pass<N, const IN: usize, const OUT: usize>(what: &str, network: &mut N, rng: &mut StdRng)
where
    N: Network<Scalar = f64, Input = Tile<f64, IN>, Output = Tile<f64, OUT>>,
{
    let (mut x, d) = (numbers::<IN>(rng), numbers::<OUT>(rng));
    let mut pass = Pass::new();
    let mut d_inputs = vec![[0.0; IN]; SAMPLES];
    pass.backward(network, &x, &d, &mut d_inputs).unwrap();
    let gradient = pass.gradient().as_flat().to_vec();
    let mut outputs = vec![[0.0; OUT]; SAMPLES];
    // what has `d` as its gradient: the sum of d * y
    let mut total = |network: &N, x: &[[f64; IN]]| {
        pass.predict(network, x, &mut outputs).unwrap();
        outputs.iter().flatten().zip(d.iter().flatten()).map(|(y, d)| y * d).sum::<f64>()
    };
    let moves = trained(N::LAYERS);
    for (index, analytic) in gradient.into_iter().enumerate() {
        if !moves[index] {
            assert_eq!(analytic, 0.0, "{what}: parameter {index} is not trained");
            continue;
        }
        let number = network.as_flat()[index];
        let mut shifted = |by: f64| {
            network.as_flat_mut()[index] = number + by;
            total(network, &x)
        };
        let numeric = (shifted(H) - shifted(-H)) / (2.0 * H);
        network.as_flat_mut()[index] = number;
        close(&format!("{what}: parameters"), index, analytic, numeric);
    }
    for sample in 0..SAMPLES {
        for i in 0..IN {
            let number = x[sample][i];
            let mut shifted = |by: f64| {
                x[sample][i] = number + by;
                total(network, &x)
            };
            let numeric = (shifted(H) - shifted(-H)) / (2.0 * H);
            x[sample][i] = number;
            close(&format!("{what}: inputs"), sample * IN + i, d_inputs[sample][i], numeric);
        }
    }
}
