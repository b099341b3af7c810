//! Layers that are random in training: what they compute, from what they draw, and that nothing is drawn elsewhere.
#![allow(missing_docs, clippy::unwrap_used, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use bytemuck::Zeroable as _;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use serde::Deserialize;
use typenet::bytemuck;
use typenet::callbacks::{self, LambdaCallback};
use typenet::layers::{AlphaDropout, Backward, Dropout, GaussianDropout, GaussianNoise, Layer, NoParameters};
use typenet::noise::{Noise, Training};
use typenet::prelude::*;
use typenet::simd::{Level, Simd, Task, dispatch, level};
use typenet::{Error, HeaplessTrainer, network};

use crate::support::{all_close, fixture, levels, xor_samples};

#[derive(Deserialize)]
struct Fixture {
    seed: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    layer: String,
    number: f64,
    inputs: Vec<f64>,
    upstream: Vec<f64>,
    outputs: Vec<f64>,
    input_gradient: Vec<f64>,
}

/// A layer forward in training, and back: what came out, and the gradient with respect to the inputs.
struct Run<'a, L>(L, Noise, &'a Case);

impl<L> Task for Run<'_, L>
where
    L: Layer<f64, Input = Tile<f64, 5>, Output = Tile<f64, 5>, Parameters = NoParameters>,
{
    type Output = (Vec<f64>, Vec<f64>);

    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let Self(layer, noise, Case { inputs, upstream, .. }) = self;
        let (mut outputs, mut gradient) = (vec![], vec![]);
        let numbers = inputs.chunks(8 * 5).zip(upstream.chunks(8 * 5));
        for (tile, (inputs, upstream)) in numbers.enumerate() {
            let [mut input, mut output, mut d_input, mut d_output] = [Tile::<f64, 5>::zeroed(); 4];
            for (lane, (x, d_y)) in inputs.as_chunks().0.iter().zip(upstream.as_chunks().0).enumerate() {
                input.set_sample(lane, x);
                d_output.set_sample(lane, d_y);
            }
            let mut tape = L::Tape::zeroed();
            layer.train(simd, &NoParameters, &input, &mut output, &mut tape, noise.at(tile * 8));
            let pass = Backward {
                input: &input,
                output: &output,
                tape: &mut tape,
                d_output: &mut d_output,
                d_input: Some(&mut d_input),
                share: None,
            };
            layer.backward(simd, &NoParameters, pass);
            for lane in 0..inputs.len() / 5 {
                let mut sample = [0.0; 5];
                output.get_sample(lane, &mut sample);
                outputs.extend(sample);
                d_input.get_sample(lane, &mut sample);
                gradient.extend(sample);
            }
        }
        (outputs, gradient)
    }
}

/// On the same random numbers, which the fixture has computed on its own.
#[test]
fn what_keras_computes() {
    let Fixture { seed, cases } = fixture("noise");
    let noise = Noise::new(seed.parse().unwrap());
    for case in &cases {
        let name = &*case.layer;
        for level in levels() {
            // normal numbers are good to seven digits
            let ((outputs, gradient), tolerance) = match name {
                "Dropout" => (dispatch(level, Run(Dropout::new().rate(case.number), noise, case)), 1e-15),
                "AlphaDropout" => (dispatch(level, Run(AlphaDropout::new().rate(case.number), noise, case)), 1e-15),
                "GaussianDropout" => {
                    (dispatch(level, Run(GaussianDropout::new().rate(case.number), noise, case)), 3e-6)
                }
                _ => (dispatch(level, Run(GaussianNoise::new().stddev(case.number), noise, case)), 3e-6),
            };
            all_close(name, &outputs, &case.outputs, tolerance);
            all_close(&format!("gradient of {name}"), &gradient, &case.input_gradient, tolerance);
        }
    }
    assert_eq!(cases.len(), 5);
}

network! {
    Single = Dropout(64, 0.5);
    Thrice = [Dropout(64, 0.5); 3];
    Twice = Dropout(64, rate = 0.5), Residual(Dropout(0.5)), Single;
    Nested = [Twice; 2], Single;
    Gaussian = GaussianDropout(64, 0.2);
    Alpha = AlphaDropout(64, 0.2);
    Noisy = GaussianNoise(64, 0.2)
}

/// What comes out of a network in training, for ones.
struct Ones<N>(N, Noise);

impl<N: Network<Scalar = f32, Output = Tile<f32, 64>, Input = Tile<f32, 64>>> Task for Ones<N> {
    type Output = Vec<f32>;

    fn run<S: Simd>(self, simd: S) -> Vec<f32> {
        let mut input = Tile::<f32, 64>::zeroed();
        (0..16).for_each(|lane| input.set_sample(lane, &[1.0; 64]));
        let mut outputs = vec![];
        for tile in 0..64 {
            let mut tape = N::Tape::zeroed();
            self.0.forward(simd, Training(self.1.at(16 * tile)), &input, &mut tape);
            outputs.extend(N::logits(&mut tape).0.columns().iter().flat_map(|lane| Lane::as_slice(lane).to_vec()));
        }
        outputs
    }
}

fn ones<N: Network<Scalar = f32, Output = Tile<f32, 64>, Input = Tile<f32, 64>>>(level: Level) -> Vec<f32> {
    dispatch(level, Ones(N::zeroed(), Noise::new(3)))
}

/// Mean and variance.
fn moments(numbers: &[f32]) -> (f64, f64) {
    let mean = |of: &dyn Fn(f64) -> f64| {
        numbers.iter().map(|&number| of(f64::from(number))).sum::<f64>() / numbers.len() as f64
    };
    let first = mean(&|number| number);
    (first, mean(&|number| (number - first).powi(2)))
}

#[test]
fn the_mean_stays() {
    // 65,536 numbers, and five standard deviations
    let near = |what: &str, (found, expected): (f64, f64), deviation: f64| {
        assert!((found - expected).abs() < 5.0 * deviation / 256.0, "{what}: {found}, not {expected}");
    };
    let dropped = ones::<Single>(level());
    assert!(dropped.iter().all(|&number| number == 0.0 || number == 2.0));
    let (mean, variance) = moments(&dropped);
    near("dropout", (mean, 1.0), 1.0);
    near("its variance", (variance, 1.0), 0.1);
    let (mean, variance) = moments(&ones::<Gaussian>(level()));
    near("gaussian dropout", (mean, 1.0), 0.5);
    near("its variance", (variance, 0.25), 0.25 * f64::sqrt(2.0));
    let (mean, variance) = moments(&ones::<Noisy>(level()));
    near("gaussian noise", (mean, 1.0), 0.2);
    near("its variance", (variance, 0.04), 0.04 * f64::sqrt(2.0));
    // ones become `a + b`, one in five `a c + b`
    let alpha = ones::<Alpha>(level());
    let replaced = alpha.iter().filter(|&&number| number < 0.0).count();
    near("alpha dropout", (replaced as f64 / 65_536.0, 0.2), 0.4);
}

#[test]
fn no_two_layers_have_the_same_mask() {
    let kept = |numbers: Vec<f32>| numbers.iter().filter(|&&number| number != 0.0).count() as f64 / 65_536.0;
    // of one half each; after a residual all are kept
    assert!((kept(ones::<Single>(level())) - 0.5).abs() < 0.01);
    assert!((kept(ones::<Thrice>(level())) - 0.125).abs() < 0.01);
    assert!((kept(ones::<Twice>(level())) - 0.25).abs() < 0.01);
    assert!((kept(ones::<Nested>(level())) - 1.0 / 32.0).abs() < 0.005);
    assert_eq!([Single::STREAMS, Thrice::STREAMS, Twice::STREAMS, Nested::STREAMS], [1, 3, 3, 7]);
}

#[test]
fn every_instruction_set_has_the_same_masks() {
    let best = (ones::<Nested>(level()), ones::<Alpha>(level()));
    assert!(levels().into_iter().all(|level| (ones::<Nested>(level), ones::<Alpha>(level)) == best));
}

network! {
    Every: f64 = Dense(2 -> 6, tanh), Dropout(0.25), [Residual(GaussianDropout(0.1), Dense(6, tanh)); 2],
        AlphaDropout(0.2), Dense(5, selu), GaussianNoise(0.1), Dense(1);
    Plain: f64 = Dense(2 -> 6, tanh), [Residual(Dense(6, tanh)); 2], Dense(5, selu), Dense(1);
    // so large that it is trained layer by layer
    Large = Dense(2 -> 40, relu), Dropout(0.5), Dense(40 -> 30, relu), Dropout(0.25), Dense(30 -> 2, softmax)
}

fn points(count: usize, rng: &mut StdRng) -> (Vec<[f64; 2]>, Vec<[f64; 1]>) {
    let x: Vec<[f64; 2]> = (0..count).map(|_| std::array::from_fn(|_| rng.random_range(-1.0..1.0))).collect();
    let y = x.iter().map(|[a, b]| [a * b]).collect();
    (x, y)
}

#[test]
fn the_gradient_is_that_of_the_same_numbers() {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = points(11, rng);
    let start = Every::new(rng);
    // a new trainer's first step, so that it draws the same
    let step = |network: &mut Every| {
        Trainer::new(MeanSquaredError, Sgd::new(1.0)).seed(5).train_on_batch(network, (&x, &y)).unwrap()
    };
    let mut moved = start.clone();
    step(&mut moved);
    for i in 0..Every::PARAMETERS {
        let shifted = |by: f64| {
            let mut network = start.clone();
            network.as_flat_mut()[i] += by;
            step(&mut network)
        };
        let (analytic, numeric) = (start.as_flat()[i] - moved.as_flat()[i], (shifted(1e-5) - shifted(-1e-5)) / 2e-5);
        assert!((analytic - numeric).abs() < 1e-8, "parameter {i}: {analytic}, by differences {numeric}");
    }
}

#[test]
fn nothing_is_random_but_training() {
    let rng = &mut StdRng::seed_from_u64(1);
    let (x, y) = points(50, rng);
    let mut every = Every::new(rng);
    let mut plain = Plain::zeroed();
    plain.as_flat_mut().copy_from_slice(every.as_flat());
    assert!(x.iter().all(|x| every.predict(x) == plain.predict(x)));
    assert_eq!(every.predict_many(&x), plain.predict_many(&x));
    let mut d_x = [vec![[0.0; 2]; 50], vec![[0.0; 2]; 50]];
    Pass::new().backward(&every, &x, &y, &mut d_x[0]).unwrap();
    Pass::new().backward(&plain, &x, &y, &mut d_x[1]).unwrap();
    assert_eq!(d_x[0], d_x[1]);

    // a rate of 0 leaves the weights as they are, and so all else but the loss of training
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.0)).metric(MeanAbsoluteError);
    let history = trainer.fit_validated(&mut every, (&x, &y), (&x, &y), rng).unwrap();
    let mut plainly = Trainer::new(MeanSquaredError, Sgd::new(0.0)).metric(MeanAbsoluteError);
    let plain = plainly.evaluate(&plain, (&x, &y)).unwrap();
    assert_eq!(trainer.evaluate(&every, (&x, &y)).unwrap(), plain);
    let epoch = history.last().unwrap();
    assert_eq!(epoch.validation.as_ref(), Some(&plain));
    assert!((epoch.training.loss - plain.loss).abs() > 1e-3);
    assert!((epoch.training.metrics[0].1 - plain.metrics[0].1).abs() > 1e-3);
}

/// The weights' bits, the history's losses, and what the caller's generator gives next.
type Outcome = (Vec<u32>, Vec<u64>, u64);

fn fit(
    seed: u64,
    epochs: usize,
    told: impl Fn(Trainer<Large, BinaryCrossEntropy, Adam>) -> Trainer<Large, BinaryCrossEntropy, Adam>,
) -> Outcome {
    let rng = &mut StdRng::seed_from_u64(seed);
    let (x, y) = xor_samples(70, rng);
    let mut large = Large::new(&mut StdRng::seed_from_u64(0));
    let mut trainer = told(Trainer::new(BinaryCrossEntropy, Adam::new(0.01)).epochs(epochs).batch_size(32));
    let history = trainer.fit(&mut large, (&x, &y), rng).unwrap();
    let bits = large.as_flat().iter().map(|number| number.to_bits()).collect();
    (bits, history.loss().map(f64::to_bits).collect(), rng.next_u64())
}

#[test]
fn the_callers_generator_decides() {
    for shuffle in [true, false] {
        let told = |trainer: Trainer<Large, BinaryCrossEntropy, Adam>| trainer.shuffle(shuffle);
        let first = fit(1, 3, told);
        assert_eq!(first, fit(1, 3, told));
        assert_ne!(first.0, fit(2, 3, told).0);
    }
    // each epoch draws anew: a network that does not learn has another loss each time
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = points(40, rng);
    let mut every = Every::new(rng);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.0)).epochs(2).shuffle(false);
    let losses: Vec<f64> = trainer.fit(&mut every, (&x, &y), rng).unwrap().loss().collect();
    assert_ne!(losses[0], losses[1]);
    // and each batch of an epoch: the same sample again and again has another loss each time
    let (x, y) = (vec![x[0]; 40], vec![y[0]; 40]);
    let mut losses = Vec::new();
    Trainer::new(MeanSquaredError, Sgd::new(0.0))
        .epochs(1)
        .batch_size(8)
        .callback(LambdaCallback::on_batch_end(|training: &mut callbacks::Training<'_, Every>| {
            losses.push(training.batch_loss);
        }))
        .fit(&mut every, (&x, &y), rng)
        .unwrap();
    assert_eq!(losses.len(), 5);
    for (index, loss) in losses.iter().enumerate() {
        assert!(!losses[..index].contains(loss), "{losses:?}");
    }
    // and so does each step, or from the trainer's seed
    let mut step = || trainer.train_on_batch(&mut every, (&x, &y)).unwrap();
    assert_ne!(step(), step());
    let mut first =
        |seed| Trainer::new(MeanSquaredError, Sgd::new(0.0)).seed(seed).train_on_batch(&mut every, (&x, &y)).unwrap();
    assert_eq!(first(1), first(1));
    assert_ne!(first(1), first(2));
}

#[test]
fn a_resumed_training_draws_the_same() {
    for shuffle in [true, false] {
        let whole = fit(1, 5, |trainer| trainer.shuffle(shuffle));
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("checkpoint");
        let told = |trainer: Trainer<Large, BinaryCrossEntropy, Adam>| trainer.shuffle(shuffle).checkpoint(&path);
        fit(1, 2, told);
        assert_eq!(fit(1, 5, told), whole);
    }
}

#[test]
fn without_a_heap_too() -> Result<(), Error> {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = points(21, rng);
    let mut with = Every::new(rng);
    let mut without = with.clone();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).seed(9);
    let mut heapless = HeaplessTrainer::<_, _, _, 1>::new(MeanSquaredError, Sgd::new(0.1)).seed(9);
    for _ in 0..3 {
        let loss = trainer.train_on_batch(&mut with, (&x, &y))?;
        assert_eq!(loss, heapless.train_on_batch(&mut without, (&x, &y))?);
    }
    assert_eq!(with, without);
    Ok(())
}

network! {
    Dropped = Dense(2 -> 40, relu), Dropout(0.5), Residual(AlphaDropout(0.1), Dense(40, relu)), GaussianNoise(0.5),
        Dense(40 -> 2, softmax), GaussianDropout(0.1);
    Undropped = Dense(2 -> 40, relu), Residual(residual_dense: Dense(40, relu)), Dense(40 -> 2, softmax)
}

#[test]
fn files_and_integers_do_without_them() -> Result<(), Error> {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, _) = xor_samples(100, rng);
    let dropped = Dropped::new(rng);
    let mut undropped = Undropped::zeroed();
    undropped.as_flat_mut().copy_from_slice(dropped.as_flat());
    let (integers, plainly) = (dropped.quantize(&x)?, undropped.quantize(&x)?);
    assert!(x.iter().all(|x| integers.predict(x) == plainly.predict(x)));

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.onnx");
    dropped.save_onnx(&path)?;
    let mut loaded = Undropped::zeroed();
    loaded.load_onnx(&path)?;
    assert_eq!(loaded, undropped);
    dropped.save(&path)?;
    let mut again = Dropped::zeroed();
    again.load(&path)?;
    assert_eq!(again, dropped);
    assert!(Dropped::summary().to_string().contains("Dropout        40 -> 40"), "{}", Dropped::summary());
    Ok(())
}

network! {
    Overfits = Dense(10 -> 64, relu), Dense(64, relu), Dense(1, sigmoid);
    Regularized = Dense(10 -> 64, relu), Dropout(0.75), Dense(64, relu), Dropout(0.75), Dense(1, sigmoid)
}

/// Few samples, one in five of them in the wrong class: without dropout the network learns those by heart.
#[test]
fn dropout_generalizes() {
    fn losses<N>(seed: u64, start: fn(&mut StdRng) -> N) -> (f64, f64)
    where
        N: Network<Scalar = f32, Input = Tile<f32, 10>, Output = Tile<f32, 1>, Head = typenet::activations::Sigmoid>,
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
    for seed in 0..3 {
        let (plain, dropped) = (losses(seed, Overfits::new), losses(seed, Regularized::new));
        assert!(dropped.1 < 0.8 * plain.1 && dropped.0 > plain.0, "without: {plain:?}, with: {dropped:?}");
    }
}
