//! Tells three species of iris apart by the lengths of their leaves: the classic of small data.
//!
//! ```text
//! cargo run --release --example iris
//! ```
//!
//! One number of one split says little on 150 flowers. So here is five-fold cross-validation, thirty times: each flower is
//! judged thirty times by networks that have not seen it.

use std::error::Error;
use std::time::Instant;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::prelude::*;
use typenet_examples::{Standard, Table, mean_and_deviation};

network! {
    /// Four lengths in, the probability of each species out.
    Iris = Dense(4 -> 16, relu), Dense(16 -> 3, softmax)
}

/// The accuracy of scikit-learn's `MLPClassifier`, mean and deviation: see `data/scikit_learn.py`.
const SCIKIT_LEARN: (f64, f64) = (0.9664, 0.0072);
const FOLDS: usize = 5;
const SEEDS: u64 = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let table: Table<4> = Table::read(include_str!("data/iris.csv"))?;
    println!("{}\n", Iris::summary());

    let start = Instant::now();
    let mut accuracies = Vec::new();
    for seed in 0..SEEDS {
        let rng = &mut StdRng::seed_from_u64(seed);
        let mut right = 0.0;
        for fold in 0..FOLDS {
            let (train, test) = table.fold(fold, FOLDS);
            let standard = Standard::of(&train.x);
            let (x_train, x_test) = (standard.apply(&train.x), standard.apply(&test.x));

            let mut iris = Iris::new(rng);
            // the targets are classes, so the loss and the metric are the sparse ones
            let mut trainer = Trainer::new(SparseCategoricalCrossEntropy, Adam::new(0.01))
                .metric(SparseCategoricalAccuracy)
                .epochs(100)
                .batch_size(32);
            trainer.fit(&mut iris, (&x_train, &train.y), rng)?;
            let scores = trainer.evaluate(&iris, (&x_test, &test.y))?;
            right += scores.metric("sparse_categorical_accuracy").unwrap_or(f64::NAN) * test.y.len() as f64;
        }
        accuracies.push(right / table.y.len() as f64);
    }
    println!("accuracy on flowers that the network has not seen, over {SEEDS} seeds:");
    for (who, (mean, deviation)) in [("typenet", mean_and_deviation(&accuracies)), ("scikit-learn", SCIKIT_LEARN)] {
        println!("  {who:<12}  {mean:.4} ± {deviation:.4}");
    }
    println!("{} networks trained in {:.0} ms", SEEDS * FOLDS as u64, 1e3 * start.elapsed().as_secs_f64());
    Ok(())
}
