//! Tells malignant tumours from benign ones by thirty measures of the nuclei of their cells: a question with two
//! answers, so one output with a sigmoid.
//!
//! ```text
//! cargo run --release --example breast_cancer
//! ```
//!
//! Accuracy alone hides which mistakes were made; precision and recall tell.

use std::error::Error;
use std::time::Instant;

use typenet::data::{Normalization, Table};
use typenet::prelude::*;
use typenet_examples::{FOLDS, SEEDS, cross_validate};

network! {
    /// Thirty measures in, the probability that the tumour is benign out.
    Tumour = Dense(30 -> 16, relu), Dense(16 -> 1, sigmoid)
}

/// The accuracy of scikit-learn's `MLPClassifier`, mean and deviation: see `data/scikit_learn.py`.
const SCIKIT_LEARN: (f64, f64) = (0.9774, 0.0033);

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::parse(include_str!("data/breast_cancer.csv"))?;
    let x: Vec<[f32; 30]> = table.columns_but("class")?;
    // one output: a target is a number, 0 or 1
    let y: Vec<f32> = table.column("class")?;
    println!("{}\n", Tumour::summary());

    let start = Instant::now();
    let [accuracy, (precision, _), (recall, _)] = cross_validate(
        (&x, &y),
        |fold, rng| {
            let normalization = Normalization::adapt(&fold.x_train);
            let mut tumour = Tumour::new(rng);
            let mut trainer = Trainer::new(BinaryCrossEntropy, Adam::new(0.001))
                .metric(BinaryAccuracy)
                .metric(Precision::default())
                .metric(Recall::default())
                .epochs(100)
                .batch_size(32);
            trainer.fit(&mut tumour, (&normalization.apply_all(&fold.x_train), &fold.y_train), rng)?;
            let scores = trainer.evaluate(&tumour, (&normalization.apply_all(&fold.x_test), &fold.y_test))?;
            let names = ["binary_accuracy", "precision", "recall"];
            Ok::<_, typenet::Error>(names.map(|name| scores.metric(name).unwrap_or(f64::NAN)))
        },
        |score| score,
    )?;
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
