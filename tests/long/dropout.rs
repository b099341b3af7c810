//! What dropout is for: a network learns what its samples have in common, and not each of them by heart.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test fails by panicking")]

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use typenet::activations::Sigmoid;
use typenet::prelude::*;

typenet::network! {
    Overfits = Dense(10 -> 64, relu), Dense(64, relu), Dense(1, sigmoid);
    Regularized = Dense(10 -> 64, relu), Dropout(0.75), Dense(64, relu), Dropout(0.75), Dense(1, sigmoid)
}

/// The losses on what it has seen and on what it has not, after training on few samples, one in five of them in the wrong
/// class.
fn losses<N>(seed: u64, start: fn(&mut StdRng) -> N) -> (f64, f64)
where
    N: Network<Scalar = f32, Input = Tile<f32, 10>, Output = Tile<f32, 1>, Head = Sigmoid>,
{
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut samples = |count| -> (Vec<[f32; 10]>, Vec<[f32; 1]>) {
        let x: Vec<[f32; 10]> = (0..count).map(|_| std::array::from_fn(|_| rng.random_range(-1.0..1.0))).collect();
        let y = x.iter().map(|x| [f32::from((x[0] > x[1]) ^ rng.random_bool(0.2))]).collect();
        (x, y)
    };
    let ((x, y), (unseen, targets)) = (samples(100), samples(500));
    let mut network = start(rng);
    let mut trainer = Trainer::new(BinaryCrossEntropy, Adam::new(0.005)).epochs(150);
    trainer.fit(&mut network, (&x, &y), rng).unwrap();
    let mut loss = |x, y| trainer.evaluate(&network, (x, y)).unwrap().loss;
    (loss(&x, &y), loss(&unseen, &targets))
}

#[test]
fn dropout_generalizes() {
    for seed in 0..3 {
        let (plain, dropped) = (losses(seed, Overfits::new), losses(seed, Regularized::new));
        assert!(dropped.1 < 0.8 * plain.1 && dropped.0 > plain.0, "without: {plain:?}, with: {dropped:?}");
    }
}
