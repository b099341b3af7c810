//! Reads handwritten digits from pictures of 8 x 8 pixels, and draws some of those that it gets wrong.
//!
//! ```text
//! cargo run --release --example digits
//! ```

use std::error::Error;
use std::time::Instant;

use typenet::data::Table;
use typenet::prelude::*;
use typenet_examples::{FOLDS, SEEDS, cross_validate};

network! {
    /// Pixels from 0 to 16 in, row by row; the probability of each digit out.
    Digits = Rescaling(64, scale = 1.0 / 16.0), Dense(64 -> 32, relu), Dense(32 -> 10, softmax)
}

/// The accuracy of scikit-learn's `MLPClassifier`, mean and deviation: see `data/scikit_learn.py`.
const SCIKIT_LEARN: (f64, f64) = (0.9727, 0.0018);

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::parse(include_str!("data/digits.csv"))?;
    let x: Vec<[f32; 64]> = table.columns_but("class")?;
    let y: Vec<u8> = table.column("class")?;
    println!("{}\n", Digits::summary());

    let start = Instant::now();
    // every digit once for each seed, read by a network that has not seen it
    let mut read: Vec<([f32; 64], [f32; 10], u8)> = Vec::new();
    let [accuracy] = cross_validate(
        (&x, &y),
        |fold, rng| {
            let mut digits = Digits::new(rng);
            let mut trainer = Trainer::new(SparseCategoricalCrossEntropy, Adam::new(0.003))
                .metric(SparseCategoricalAccuracy)
                .epochs(30)
                .batch_size(32);
            trainer.fit(&mut digits, (&fold.x_train, &fold.y_train), rng)?;
            if read.len() < x.len() {
                let outputs = digits.predict_many(&fold.x_test);
                read.extend(fold.x_test.iter().zip(outputs).zip(&fold.y_test).map(|((&x, output), &y)| (x, output, y)));
            }
            let scores = trainer.evaluate(&digits, (&fold.x_test, &fold.y_test))?;
            Ok::<_, typenet::Error>([scores.metric("sparse_categorical_accuracy").unwrap_or(f64::NAN)])
        },
        |accuracy| accuracy,
    )?;
    let milliseconds = 1e3 * start.elapsed().as_secs_f64();
    let outputs: Vec<[f32; 10]> = read.iter().map(|&(_, output, _)| output).collect();
    println!("{}\n", ConfusionMatrix::of(&outputs, read.iter().map(|&(_, _, digit)| digit)));

    let wrong = read.iter().filter(|(_, output, digit)| argmax(output) != usize::from(*digit)).take(6);
    for line in side_by_side(wrong) {
        println!("{}", line.trim_end());
    }
    println!();

    println!("accuracy on digits that the network has not seen, over {SEEDS} seeds:");
    for (who, (mean, deviation)) in [("typenet", accuracy), ("scikit-learn", SCIKIT_LEARN)] {
        println!("  {who:<12}  {mean:.4} ± {deviation:.4}");
    }
    println!("{} networks trained in {milliseconds:.0} ms", SEEDS * FOLDS as u64);
    Ok(())
}

/// The pictures beside each other, two characters a pixel, and below what they are and were taken for.
fn side_by_side<'a>(pictures: impl Iterator<Item = &'a ([f32; 64], [f32; 10], u8)>) -> Vec<String> {
    const SHADES: [(f32, char); 5] = [(0.0, ' '), (4.0, '░'), (8.0, '▒'), (12.0, '▓'), (16.0, '█')];
    let mut lines = vec![String::new(); 9];
    for (pixels, output, digit) in pictures {
        for (line, row) in lines.iter_mut().zip(pixels.chunks(8)) {
            for &ink in row {
                let shade = SHADES.iter().rfind(|(least, _)| ink >= *least).map_or(' ', |&(_, shade)| shade);
                line.extend([shade, shade]);
            }
            line.push_str("   ");
        }
        lines[8].extend([&*format!("{digit}, read as {:<7}", argmax(output))]);
    }
    lines
}
