//! Activations, number by number as Keras computes them, and their slopes against difference quotients.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use serde::Deserialize;
use typenet::activations::{self, Activation, Elementwise, KeepInput, KeepOutput};
use typenet::bytemuck::Zeroable as _;
use typenet::prelude::*;
use typenet::simd::{Simd, SimdBase, Task, dispatch, level};

use crate::support::{close, fixture, levels};

#[derive(Deserialize)]
struct Activations {
    inputs: Vec<f64>,
    scalar: Vec<ScalarActivation>,
    vector: Vec<VectorActivation>,
}

#[derive(Deserialize)]
struct ScalarActivation {
    name: String,
    outputs: Vec<f64>,
    gradients: Vec<f64>,
}

#[derive(Deserialize)]
struct VectorActivation {
    name: String,
    cases: Vec<VectorCase>,
}

#[derive(Deserialize)]
struct VectorCase {
    inputs: Vec<f64>,
    upstream: Vec<f64>,
    outputs: Vec<f64>,
    input_gradient: Vec<f64>,
}

/// Value and slope of one number, in the type `T`.
struct At<A, T>(A, T);

impl<A: Elementwise, T: Scalar> Task for At<A, T> {
    type Output = (f64, f64);

    fn run<S: Simd>(self, simd: S) -> (f64, f64) {
        let x = T::Vector::<S>::splat(simd, self.1);
        let y = Elementwise::value(&self.0, simd, x);
        let by_input = core::any::TypeId::of::<<A as Elementwise>::Keep>() == core::any::TypeId::of::<KeepInput>();
        let slope = self.0.slope(simd, if by_input { x } else { y });
        (y.as_slice()[0].to_f64(), slope.as_slice()[0].to_f64())
    }
}

/// The half-width of the difference quotient, which the inputs beside a kink are farther away from it than.
const H: f64 = 4e-7;

fn check_activation<A: Elementwise>(activation: A, fixture: &Activations) {
    let keras = fixture.scalar.iter().find(|keras| keras.name == <A as Elementwise>::NAME).unwrap();
    for ((&x, &y), &slope) in fixture.inputs.iter().zip(&keras.outputs).zip(&keras.gradients) {
        let what = format!("{} of {x}", keras.name);
        let ours = dispatch(level(), At(activation, x));
        // a slope that is recovered from the output loses what the output has rounded away
        close(&what, ours.0, y, 1e-13);
        close(&format!("slope of {what}"), ours.1, slope, 1e-12);
        let single = dispatch(level(), At(activation, f32::from_f64(x)));
        close(&format!("f32 {what}"), single.0, y, 1e-6);
        close(&format!("f32 slope of {what}"), single.1, slope, 2e-6);
        // nothing has a kink within `H`, except at 0
        if x.abs() > H {
            let beside = [x + H, x - H].map(|x| dispatch(level(), At(activation, x)).0);
            let (quotient, scale) = ((beside[0] - beside[1]) / (2.0 * H), y.abs().max(1.0));
            close(&format!("difference quotient of {what}"), quotient / scale, slope / scale, 1e-8);
        }
    }
}

#[test]
fn activations_that_act_on_each_number() {
    let fixture: Activations = fixture("activations");
    check_activation(activations::Linear, &fixture);
    check_activation(activations::Relu, &fixture);
    check_activation(activations::Relu6, &fixture);
    check_activation(activations::LeakyRelu(0.2), &fixture);
    check_activation(activations::Elu(1.0), &fixture);
    check_activation(activations::Selu, &fixture);
    check_activation(activations::Celu(1.0), &fixture);
    check_activation(activations::Gelu, &fixture);
    check_activation(activations::GeluTanh, &fixture);
    check_activation(activations::Silu, &fixture);
    check_activation(activations::Mish, &fixture);
    check_activation(activations::Sigmoid, &fixture);
    check_activation(activations::LogSigmoid, &fixture);
    check_activation(activations::HardSigmoid, &fixture);
    check_activation(activations::HardSilu, &fixture);
    check_activation(activations::SparseSigmoid, &fixture);
    check_activation(activations::Tanh, &fixture);
    check_activation(activations::HardTanh, &fixture);
    check_activation(activations::Softsign, &fixture);
    check_activation(activations::Softplus, &fixture);
    check_activation(activations::Squareplus(4.0), &fixture);
    check_activation(activations::SparsePlus, &fixture);
    check_activation(activations::Exponential, &fixture);
    check_activation(activations::HardShrink(0.5), &fixture);
    check_activation(activations::SoftShrink(0.5), &fixture);
    check_activation(activations::TanhShrink, &fixture);
    check_activation(activations::Threshold(0.5, 0.0), &fixture);
    assert_eq!(fixture.scalar.len(), 27, "one is not checked");
}

/// The activation that a network is declared with is the one with this number, or with Keras's default.
#[test]
fn activations_with_numbers() {
    typenet::network! {
        Written = Dense(2 -> 3, leaky_relu(0.01)), Dense(2, threshold(0.5, -1.0));
        Defaults = Dense(2 -> 3, squareplus), celu, soft_shrink, Dense(2, leaky_relu)
    }
    assert_eq!(Written::HEAD, activations::Threshold(0.5, -1.0));
    assert_eq!(Defaults::HEAD, activations::LeakyRelu(0.2));
    assert_eq!(activations::LeakyRelu(0.2), activations::LeakyRelu::default());
    assert_eq!(dispatch(level(), At(activations::LeakyRelu(0.01), -2.0)), (-0.02, 0.01));
    assert_eq!(dispatch(level(), At(activations::Threshold(0.5, -1.0), 0.5)), (-1.0, 0.0));
    assert_eq!(dispatch(level(), At(activations::HardShrink(2.0), 1.5)), (0.0, 0.0));
    assert_eq!(dispatch(level(), At(activations::SoftShrink(1.0), -1.5)), (-0.5, 1.0));
    assert_eq!(dispatch(level(), At(activations::Squareplus(3.0), 1.0)), (1.5, 0.75));
    let (e, half) = ((-1.0_f64).exp(), 0.5);
    let elu = dispatch(level(), At(activations::Elu(half), -1.0));
    let celu = dispatch(level(), At(activations::Celu(half), -0.5));
    close("elu(0.5)", elu.0, half * (e - 1.0), 1e-15);
    close("slope of elu(0.5)", elu.1, half * e, 1e-15);
    close("celu(0.5)", celu.0, half * (e - 1.0), 1e-15);
    close("slope of celu(0.5)", celu.1, e, 1e-15);
}

/// A network that has diverged says so, whatever its activations.
#[test]
fn nan_stays_nan() {
    fn check(value: f64, what: &str) {
        assert!(value.is_nan(), "{what}");
    }
    let nan = f64::NAN;
    for level in levels() {
        check(dispatch(level, At(activations::Relu, nan)).0, "relu");
    }
    check(dispatch(level(), At(activations::Relu6, nan)).0, "relu6");
    check(dispatch(level(), At(activations::HardSigmoid, nan)).0, "hard_sigmoid");
    check(dispatch(level(), At(activations::HardSilu, nan)).0, "hard_silu");
    check(dispatch(level(), At(activations::HardTanh, nan)).0, "hard_tanh");
    check(dispatch(level(), At(activations::SparsePlus, nan)).0, "sparse_plus");
    check(dispatch(level(), At(activations::SparseSigmoid, nan)).0, "sparse_sigmoid");
    check(dispatch(level(), At(activations::Squareplus(4.0), nan)).0, "squareplus");
    check(dispatch(level(), At(activations::HardShrink(0.5), nan)).0, "hard_shrink");
    check(dispatch(level(), At(activations::SoftShrink(0.5), nan)).0, "soft_shrink");
    check(dispatch(level(), At(activations::Threshold(0.5, 0.0), nan)).0, "threshold");
    check(dispatch(level(), At(activations::Selu, nan)).0, "selu");
}

/// An activation of one vector, the gradient through it, and what it predicts.
struct VectorOf<'a, A, const N: usize>(A, &'a [f64], &'a [f64]);

impl<A: Activation<Keep = KeepOutput>, const N: usize> Task for VectorOf<'_, A, N> {
    type Output = [[f64; N]; 3];

    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let input: [f64; N] = self.1.try_into().unwrap();
        let upstream: [f64; N] = self.2.try_into().unwrap();
        let (mut tile, mut gradient) = (Tile::<f64, N>::zeroed(), Tile::<f64, N>::zeroed());
        tile.set_sample(3, &input);
        gradient.set_sample(3, &upstream);
        self.0.across(simd, &mut tile);
        self.0.backward(simd, &typenet::layers::NoParameters, &tile, &mut gradient);
        let (mut output, mut d_input, mut one) = ([0.0; N], [0.0; N], input);
        tile.get_sample(3, &mut output);
        gradient.get_sample(3, &mut d_input);
        self.0.predict(simd, &mut one);
        [output, d_input, one]
    }
}

fn check_vector<A: Activation<Keep = KeepOutput>>(activation: A, fixture: &Activations) {
    fn check<A: Activation<Keep = KeepOutput>, const N: usize>(activation: A, case: &VectorCase) {
        let what = A::NAME;
        let of = |x: &[f64]| dispatch(level(), VectorOf::<A, N>(activation, x, &case.upstream));
        let [output, d_input, one] = of(&case.inputs);
        for i in 0..N {
            close(what, output[i], case.outputs[i], 1e-14);
            close(&format!("{what} of one sample"), one[i], case.outputs[i], 1e-14);
            close(&format!("gradient through {what}"), d_input[i], case.input_gradient[i], 1e-13);
            // beside large numbers the quotient has too few digits
            if case.inputs.iter().all(|x| x.abs() < 100.0) {
                let beside = [H, -H].map(|h| {
                    let mut x = case.inputs.clone();
                    x[i] += h;
                    of(&x)[0].iter().zip(&case.upstream).map(|(y, d)| y * d).sum::<f64>()
                });
                let quotient = (beside[0] - beside[1]) / (2.0 * H);
                close(&format!("difference quotient through {what}"), quotient, d_input[i], 1e-7);
            }
        }
    }
    for case in &fixture.vector.iter().find(|keras| keras.name == A::NAME).unwrap().cases {
        match case.inputs.len() {
            1 => check::<A, 1>(activation, case),
            2 => check::<A, 2>(activation, case),
            3 => check::<A, 3>(activation, case),
            4 => check::<A, 4>(activation, case),
            5 => check::<A, 5>(activation, case),
            6 => check::<A, 6>(activation, case),
            7 => check::<A, 7>(activation, case),
            n => panic!("no test for {n} numbers"),
        }
    }
}

#[test]
fn activations_that_look_across() {
    let fixture: Activations = fixture("activations");
    check_vector(activations::Softmax, &fixture);
    check_vector(activations::LogSoftmax, &fixture);
    check_vector(activations::Sparsemax, &fixture);
    assert_eq!(fixture.vector.len(), 3, "one is not checked");
}
