//! Tells malignant tumours from benign ones by thirty measures of the nuclei of their cells: a question with two
//! answers, so one output with a sigmoid.
//!
//! ```text
//! cargo run --release --example breast_cancer
//! ```
//!
//! Five-fold cross-validation, thirty times, as in `iris.rs`. Accuracy alone hides which mistakes were made; precision and
//! recall tell.

use std::error::Error;
use std::time::Instant;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::prelude::*;
use typenet_examples::{Standard, Table, mean_and_deviation};

network! {
    /// Thirty measures in, the probability that the tumour is benign out.
    Tumour = Dense(30 -> 16, relu), Dense(16 -> 1, sigmoid)
}

/// The accuracy of scikit-learn's `MLPClassifier`, mean and deviation: see `data/scikit_learn.py`.
const SCIKIT_LEARN: (f64, f64) = (0.9774, 0.0033);
const FOLDS: usize = 5;
const SEEDS: u64 = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let table: Table<30> = Table::read(include_str!("data/breast_cancer.csv"))?;
    println!("{}\n", Tumour::summary());

    let start = Instant::now();
    let names = ["binary_accuracy", "precision", "recall"];
    let mut seeds = [const { Vec::new() }; 3];
    for seed in 0..SEEDS {
        let rng = &mut StdRng::seed_from_u64(seed);
        let mut sums = [0.0; 3];
        for fold in 0..FOLDS {
            let (train, test) = table.fold(fold, FOLDS);
            let standard = Standard::of(&train.x);
            let (x_train, x_test) = (standard.apply(&train.x), standard.apply(&test.x));
            // one output: a target is a number, 0 or 1
            let targets = |classes: &[u8]| classes.iter().map(|class| f32::from(*class)).collect::<Vec<_>>();

            let mut tumour = Tumour::new(rng);
            let mut trainer = Trainer::new(BinaryCrossEntropy, Adam::new(0.001))
                .metric(BinaryAccuracy)
                .metric(Precision::default())
                .metric(Recall::default())
                .epochs(100)
                .batch_size(32);
            trainer.fit(&mut tumour, (&x_train, &targets(&train.y)), rng)?;
            let scores = trainer.evaluate(&tumour, (&x_test, &targets(&test.y)))?;
            for (sum, name) in sums.iter_mut().zip(names) {
                *sum += scores.metric(name).unwrap_or(f64::NAN) * test.y.len() as f64;
            }
        }
        for (values, sum) in seeds.iter_mut().zip(sums) {
            values.push(sum / table.y.len() as f64);
        }
    }
    let [accuracy, (precision, _), (recall, _)] = seeds.map(|values| mean_and_deviation(&values));
    println!("accuracy on tumours that the network has not seen, over {SEEDS} seeds:");
    for (who, (mean, deviation)) in [("typenet", accuracy), ("scikit-learn", SCIKIT_LEARN)] {
        println!("  {who:<12}  {mean:.4} ± {deviation:.4}");
    }
    println!(
        "of those called benign, {:.1} % are; of the benign, {:.1} % were found",
        100.0 * precision,
        100.0 * recall
    );
    println!("{} networks trained in {:.0} ms", SEEDS * FOLDS as u64, 1e3 * start.elapsed().as_secs_f64());
    Ok(())
}
