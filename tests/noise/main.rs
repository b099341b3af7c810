//! Layers that are random in training: what they compute, from what they draw, and that nothing is drawn elsewhere.
#![allow(missing_docs, clippy::unwrap_used, clippy::float_cmp, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;
mod training;

use bytemuck::Zeroable as _;
use serde::Deserialize;
use typenet::layers::{
    AlphaDropout, Backward, Dropout, GaussianDropout, GaussianNoise, Layer, Mode, NoParameters, Passing,
};
use typenet::noise::Noise;
use typenet::prelude::*;
use typenet::simd::{Level, Simd, Task, dispatch, level};
use typenet::{bytemuck, network};

use crate::support::{all_close, fixture, levels};

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
            self.0.forward(simd, Mode::new(Some(self.1.at(16 * tile))), &mut Passing::new(&input, &mut tape));
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
