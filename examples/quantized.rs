//! A network in integers of eight bits beside the one that it was made of: how large each is, and its file, and how often
//! right.
//!
//! ```text
//! cargo run --release --example quantized
//! ```
//!
//! The data are those of `breast_cancer.rs`; the network is wider, as those are whose size matters. What it was trained
//! on is what it is calibrated with.

use std::error::Error;
use std::{env, fs};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::data::{Normalization, Table};
use typenet::prelude::*;
use typenet::quantized::Quantized;
use typenet_examples::{FOLDS, SEEDS, cross_validate};

network! {
    /// Thirty measures in, the probability that the tumour is benign out.
    Tumour = Dense(30 -> 64, relu), Dense(64 -> 64, relu), Dense(64 -> 1, sigmoid)
}

/// The share of samples that are told right.
fn accuracy(x: &[[f32; 30]], y: &[f32], predict: impl Fn(&[f32; 30]) -> [f32; 1]) -> f64 {
    let right = x.iter().zip(y).filter(|(x, y)| (predict(x)[0] > 0.5) == (**y > 0.5));
    right.count() as f64 / y.len() as f64
}

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::parse(include_str!("data/breast_cancer.csv"))?;
    let x: Vec<[f32; 30]> = table.columns_but("class")?;
    let y: Vec<f32> = table.column("class")?;
    println!("{}\n", Tumour::summary());

    let [real, integers, (alike, _)] = cross_validate(
        (&x, &y),
        |fold, rng| {
            let normalization = Normalization::adapt(&fold.x_train);
            let (x_train, x_test) = (normalization.apply_all(&fold.x_train), normalization.apply_all(&fold.x_test));
            let mut tumour = Tumour::new(rng);
            let mut trainer = Trainer::new(BinaryCrossEntropy, Adam::new(0.001)).epochs(30).batch_size(32);
            trainer.fit(&mut tumour, (&x_train, &fold.y_train), rng)?;
            let quantized: Quantized<Tumour> = tumour.quantize(&x_train)?;
            let answers: Vec<f32> = x_test.iter().map(|x| tumour.predict(x)[0]).collect();
            Ok::<_, typenet::Error>([
                accuracy(&x_test, &fold.y_test, |x| tumour.predict(x)),
                accuracy(&x_test, &fold.y_test, |x| quantized.predict(x)),
                accuracy(&x_test, &answers, |x| quantized.predict(x)),
            ])
        },
        |score| score,
    )?;
    println!("accuracy on tumours that the network has not seen, over {SEEDS} seeds of {FOLDS} networks each:");
    let (large, small) = (size_of::<Tumour>(), Quantized::<Tumour>::BYTES);
    for (who, (mean, deviation), bytes) in [("f32", real, large), ("int8", integers, small)] {
        println!("  {who:<4}  {mean:.4} ± {deviation:.4}  {bytes:>6} bytes");
    }
    println!("they give the same answer for {:.2} % of the tumours", 100.0 * alike);

    // one of all tumours, kept: what is loaded is what was saved
    let rng = &mut StdRng::seed_from_u64(0);
    let x = Normalization::adapt(&x).apply_all(&x);
    let mut tumour = Tumour::new(rng);
    Trainer::new(BinaryCrossEntropy, Adam::new(0.001)).epochs(30).batch_size(32).fit(&mut tumour, (&x, &y), rng)?;
    let quantized: Quantized<Tumour> = tumour.quantize(&x)?;
    let folder = env::temp_dir();
    let (real, integers) = (folder.join("tumour.safetensors"), folder.join("tumour.int8.safetensors"));
    tumour.save(&real)?;
    quantized.save(&integers)?;
    let loaded = Quantized::<Tumour>::load(&integers)?;
    assert_eq!(*loaded, quantized);
    println!("files: {} bytes in f32, {} bytes in int8\n", fs::metadata(real)?.len(), fs::metadata(&integers)?.len());
    println!("{}", typenet::weights::summary(&integers)?);
    Ok(())
}
