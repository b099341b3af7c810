//! Learns XOR: which points of the plane lie in the first or third quadrant, where both coordinates have the same sign?
//!
//! This is Keras's introductory notebook, step for step:
//!
//! ```text
//! cargo run --release --example xor
//! cargo run --release --example xor -- --seed 3 --epochs 500 --out pictures
//! ```

use std::error::Error;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand_distr::{Distribution as _, StandardNormal};
use typenet::plot::{Curves, Plane};
use typenet::prelude::*;

// The network: two inputs, two hidden layers of four neurons, and a probability for each of the two classes. `network!`
// makes a plain struct of it. The compiler knows every shape, and would refuse layers that do not fit together.
network! {
    /// Tells points of the first and third quadrants from the others.
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)
}

/// A good result, which most seeds reach.
const GOOD: f64 = 0.95;
/// Seeds that reach it.
const GOOD_SEEDS: [u64; 2] = [0, 1];
/// How many epochs are enough for it.
const USUAL_EPOCHS: usize = 200;

/// Learns XOR and draws what it has learnt
#[derive(Parser)]
#[command(name = "xor", version)]
struct Options {
    /// Determines the points, the first weights and the order of training: the same seed gives the same result
    #[arg(long, default_value_t = GOOD_SEEDS[0])]
    seed: u64,
    /// How often to go through the training points
    #[arg(long, default_value = "200")]
    epochs: NonZeroUsize,
    /// How many points make a training step
    #[arg(long, default_value = "100")]
    batch_size: NonZeroUsize,
    /// Where to put the pictures; made if it does not exist
    #[arg(long, value_name = "DIR", default_value = "target/xor")]
    out: PathBuf,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let out = &options.out;
    fs::create_dir_all(out).map_err(|error| format!("cannot create the directory `{}`: {error}", out.display()))?;

    // All randomness comes from one generator, which the program owns.
    let rng = &mut StdRng::seed_from_u64(options.seed);

    // Training data: points from a normal distribution around the origin ...
    let x_train = points(10_000, rng);
    println!("x_train: {} x 2", x_train.len());
    print_first(&x_train);
    // ... and for each the probabilities of both classes, which are certain here.
    let y_train: Vec<[f32; 2]> = x_train.iter().copied().map(label).collect();
    println!("y_train: {} x 2", y_train.len());
    print_first(&y_train);

    // What does that look like?
    let training_picture = out.join("xor-training.svg");
    let (same, different) = by_class(&x_train, &y_train);
    Plane::new("Training data: 10,000 points")
        .axes("x₀", "x₁")
        .class("same sign", same)
        .class("different signs", different)
        .save(&training_picture)?;

    // A network with random weights, and what it consists of.
    let mut xor = Xor::new(rng);
    println!("\n{}\n", Xor::summary());

    // The optimizer decides how a gradient changes the weights. The loss says how wrong a prediction is.
    let optimizer = Sgd::new(0.01).momentum(0.99).decay(0.001);
    let mut trainer = Trainer::new(BinaryCrossEntropy, optimizer)
        .metric(Accuracy)
        .epochs(options.epochs.get())
        .batch_size(options.batch_size.get())
        .progress();

    // Train!
    let history = trainer.fit(&mut xor, (&x_train, &y_train), rng)?;
    println!("{history}\n");
    println!("training time: {}", time(history.seconds()));

    let loss_picture = out.join("xor-loss.svg");
    Curves::loss(&history).title("Training loss").save(&loss_picture)?;

    // Points that the network has never seen, and what it says of them.
    let x_test = points(5_000, rng);
    let y_test = xor.predict_many(&x_test);
    println!("\ny_test: {} x 2", y_test.len());
    for ([x0, x1], [same, different]) in x_test.iter().zip(&y_test).take(5) {
        println!("  [{x0:>8.4}, {x1:>8.4}] -> [{same:.4}, {different:.4}]");
    }

    // Did it work? Compare the predictions with the truth.
    let truth: Vec<[f32; 2]> = x_test.iter().copied().map(label).collect();
    let scores = trainer.evaluate(&xor, (&x_test, &truth))?;
    let accuracy = scores.metric("accuracy").unwrap_or(f64::NAN);
    println!("test loss: {:.4}, test accuracy: {accuracy:.4}", scores.loss);

    // The same in a picture: what the network says of the points, and of every place around them. The paler, the less
    // sure it is.
    let predictions_picture = out.join("xor-predictions.svg");
    let (same, different) = by_class(&x_test, &y_test);
    let wrong: Vec<[f32; 2]> =
        x_test.iter().zip(&y_test).filter(|(x, y)| is_same(**y) != is_same(label(**x))).map(|(x, _)| *x).collect();
    Plane::new(format!("Predictions for 5,000 new points: {:.1} % right", 100.0 * accuracy))
        .axes("x₀", "x₁")
        .class("predicted: same sign", same)
        .class("predicted: different signs", different)
        .marks(format!("wrong ({})", wrong.len()), wrong)
        .regions(|place| xor.predict(&place))
        .save(&predictions_picture)?;

    println!("\npictures:");
    for picture in [training_picture, loss_picture, predictions_picture] {
        println!("  {}", picture.display());
    }

    // The network itself, for programs that load it or have it built in.
    let weights = out.join("xor.safetensors");
    xor.save(&weights)?;
    println!("\nweights:\n  {}", weights.display());
    if accuracy < GOOD {
        println!("\n{}", advice(options, accuracy));
    }
    Ok(())
}

/// Points from a normal distribution around the origin.
fn points(count: usize, rng: &mut StdRng) -> Vec<[f32; 2]> {
    (0..count).map(|_| [StandardNormal.sample(rng), StandardNormal.sample(rng)]).collect()
}

/// The truth: `[1, 0]` if both coordinates have the same sign, else `[0, 1]`.
fn label([x0, x1]: [f32; 2]) -> [f32; 2] {
    if x0 * x1 > 0.0 { [1.0, 0.0] } else { [0.0, 1.0] }
}

/// Whether the first class is the more probable one.
fn is_same([same, different]: [f32; 2]) -> bool {
    same > different
}

/// The points of the first class, and those of the second.
fn by_class(x: &[[f32; 2]], y: &[[f32; 2]]) -> (Vec<[f32; 2]>, Vec<[f32; 2]>) {
    let (same, different): (Vec<_>, Vec<_>) = x.iter().zip(y).partition(|(_, y)| is_same(**y));
    let points = |pairs: Vec<(&[f32; 2], _)>| pairs.into_iter().map(|(x, _)| *x).collect();
    (points(same), points(different))
}

fn print_first(rows: &[[f32; 2]]) {
    for [a, b] in rows.iter().take(5) {
        println!("  [{a:>8.4}, {b:>8.4}]");
    }
}

fn time(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.1} ms", 1e3 * seconds) } else { format!("{seconds:.2} s") }
}

/// What to do about a bad result.
fn advice(options: &Options, accuracy: f64) -> String {
    if options.epochs.get() < USUAL_EPOCHS {
        return format!(
            "The network is right only {:.0} % of the time. Train it longer: `--epochs {USUAL_EPOCHS}`.",
            100.0 * accuracy
        );
    }
    let seed = GOOD_SEEDS.into_iter().find(|seed| *seed != options.seed).unwrap_or(GOOD_SEEDS[0]);
    format!(
        "The network is right only {:.0} % of the time: from these first weights, training got stuck. A relu neuron that\n\
         is zero for every point has no gradient, so it stays dead, and of four neurons a layer none can be spared. With\n\
         a momentum of 0.99 this happens to about one seed in seven, in every framework. Try another: `--seed {seed}`.",
        100.0 * accuracy
    )
}
