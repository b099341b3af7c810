//! Tells three species of iris apart by the lengths of their leaves: the classic of small data.
//!
//! ```text
//! cargo run --release --example iris
//! ```

use std::error::Error;
use std::time::Instant;

use typenet::data::{Normalization, Table};
use typenet::prelude::*;
use typenet_examples::{FOLDS, SEEDS, cross_validate};

network! {
    /// Four lengths in, the probability of each species out.
    Iris = Dense(4 -> 16, relu), Dense(16 -> 3, softmax)
}

/// The accuracy of scikit-learn's `MLPClassifier`, mean and deviation: see `data/scikit_learn.py`.
const SCIKIT_LEARN: (f64, f64) = (0.9664, 0.0072);

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::parse(include_str!("data/iris.csv"))?;
    let x: Vec<[f32; 4]> = table.columns_but("class")?;
    let y: Vec<u8> = table.column("class")?;
    println!("{}\n", Iris::summary());

    let start = Instant::now();
    let [accuracy] = cross_validate(
        (&x, &y),
        |fold, rng| {
            let normalization = Normalization::adapt(&fold.x_train);
            let mut iris = Iris::new(rng);
            // the targets are classes, so the loss and the metric are the sparse ones
            let mut trainer = Trainer::new(SparseCategoricalCrossEntropy, Adam::new(0.01))
                .metric(SparseCategoricalAccuracy)
                .epochs(100)
                .batch_size(32);
            trainer.fit(&mut iris, (&normalization.apply_all(&fold.x_train), &fold.y_train), rng)?;
            let scores = trainer.evaluate(&iris, (&normalization.apply_all(&fold.x_test), &fold.y_test))?;
            Ok::<_, typenet::Error>([scores.metric("sparse_categorical_accuracy").unwrap_or(f64::NAN)])
        },
        |accuracy| accuracy,
    )?;
    println!("accuracy on flowers that the network has not seen, over {SEEDS} seeds:");
    for (who, (mean, deviation)) in [("typenet", accuracy), ("scikit-learn", SCIKIT_LEARN)] {
        println!("  {who:<12}  {mean:.4} ± {deviation:.4}");
    }
    println!("{} networks trained in {:.0} ms", SEEDS * FOLDS as u64, 1e3 * start.elapsed().as_secs_f64());
    Ok(())
}
