//! Tells how heavy a penguin is by its bill, its flippers, its species and its sex: regression, from a table with
//! numbers and names.
//!
//! ```text
//! cargo run --release --example penguins
//! ```

use std::error::Error;
use std::time::Instant;

use typenet::data::{Normalization, Table, to_categorical};
use typenet::prelude::*;
use typenet_examples::{FOLDS, SEEDS, cross_validate};

network! {
    /// Three lengths, three species of which one is 1, and the sex in; the weight out.
    Penguin = Dense(7 -> 16, relu), Dense(16 -> 1)
}

/// The error of scikit-learn's `MLPRegressor` in grams, mean and deviation: see `data/scikit_learn.py`.
const SCIKIT_LEARN: (f64, f64) = (287.5, 3.0);

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::parse(include_str!("data/penguins.csv"))?;
    let lengths: Vec<[f32; 3]> = table.columns(["bill_length_mm", "bill_depth_mm", "flipper_length_mm"])?;
    let (species, names) = table.categories("species")?;
    let (sex, _) = table.categories("sex")?;
    println!("{} penguins: {}", table.len(), names.join(", "));
    let x: Vec<[f32; 7]> = lengths
        .iter()
        .zip(to_categorical::<f32, _, 3>(&species)?)
        .zip(sex)
        .map(|((&[length, depth, flipper], [adelie, chinstrap, gentoo]), sex)| {
            [length, depth, flipper, adelie, chinstrap, gentoo, sex as f32]
        })
        .collect();
    let y: Vec<[f32; 1]> = table.columns(["body_mass_g"])?;
    println!("{}\n", Penguin::summary());

    let start = Instant::now();
    let [error] = cross_validate(
        (&x, &y),
        |fold, rng| {
            // targets too: a network begins near 0, and grams are thousands
            let (inputs, targets) = (Normalization::adapt(&fold.x_train), Normalization::adapt(&fold.y_train));
            let mut penguin = Penguin::new(rng);
            let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.003)).epochs(100).batch_size(32);
            let train = (&inputs.apply_all(&fold.x_train), &targets.apply_all(&fold.y_train));
            trainer.fit(&mut penguin, train, rng)?;
            let test = (&inputs.apply_all(&fold.x_test), &targets.apply_all(&fold.y_test));
            // back in grams
            Ok::<_, typenet::Error>([trainer.evaluate(&penguin, test)?.loss * f64::from(targets.variance[0])])
        },
        f64::sqrt,
    )?;
    println!("error on penguins that the network has not seen, in grams, over {SEEDS} seeds:");
    for (who, (mean, deviation)) in [("typenet", error), ("scikit-learn", SCIKIT_LEARN)] {
        println!("  {who:<12}  {mean:.1} ± {deviation:.1}");
    }
    println!("{} networks trained in {:.0} ms", SEEDS * FOLDS as u64, 1e3 * start.elapsed().as_secs_f64());
    Ok(())
}
