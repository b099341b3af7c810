//! The numbers of Keras itself: `fixtures/*.json`, made by `fixtures/keras`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Deserialize;
use typenet::Features;
use typenet::activations::{self, Activation, Elementwise, KeepInput, KeepOutput};
use typenet::bytemuck::Zeroable as _;
use typenet::data::{Samples, Targets};
use typenet::initializers::{self, Fan, Initializer};
use typenet::losses::Loss;
use typenet::prelude::*;
use typenet::simd::{Simd, SimdBase, Task, dispatch, level};

use crate::support::fixture;

/// Absolute up to 1, relative beyond.
fn close(what: &str, ours: f64, keras: f64, tolerance: f64) {
    assert!(
        (ours - keras).abs() <= tolerance * keras.abs().max(1.0),
        "{what}: ours {ours:e}, Keras {keras:e}, apart {:e}",
        (ours - keras).abs()
    );
}

// ---- activations ----

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

// ---- losses and metrics ----

#[derive(Deserialize)]
struct Losses {
    cases: Vec<LossCase>,
}

#[derive(Deserialize)]
struct LossCase {
    loss: String,
    case: String,
    head: String,
    batch: usize,
    width: usize,
    targets: Vec<f64>,
    labels: Option<Vec<usize>>,
    logits: Option<Vec<f64>>,
    predictions: Option<Vec<f64>>,
    per_sample: Vec<f64>,
    value: f64,
    gradient: Option<Vec<f64>>,
    logits_gradient: Option<Vec<f64>>,
}

fn rows<const N: usize>(flat: &[f64]) -> Vec<[f64; N]> {
    flat.chunks_exact(N).map(|row| row.try_into().unwrap()).collect()
}

/// One evaluation of a loss: of each sample, and the gradient with respect to what goes into the head.
struct Evaluate<'a, L, H, Y: ?Sized, const N: usize> {
    loss: L,
    head: H,
    logits: &'a [[f64; N]],
    targets: &'a Y,
}

impl<L, H, Y, const N: usize> Task for Evaluate<'_, L, H, Y, N>
where
    H: Activation,
    Y: Targets<f64, Tile<f64, N>> + ?Sized,
    L: Loss<f64, H, Tile<f64, N>, Y::Tile>,
{
    type Output = (Vec<f64>, Vec<[f64; N]>);

    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let indices: Vec<u32> = (0..u32::try_from(self.logits.len()).unwrap()).collect();
        let mut logits = Tile::<f64, N>::zeroed();
        let (mut outputs, mut d_logits, mut targets) = (logits, logits, Y::Tile::zeroed());
        Samples::gather(self.logits, simd, &indices, &mut logits);
        self.targets.gather(simd, &indices, &mut targets);
        let losses = self.loss.evaluate(simd, &self.head, &logits, &targets, &mut outputs, &mut d_logits);
        let gradients = (0..indices.len()).map(|lane| {
            let mut gradient = [0.0; N];
            d_logits.read(lane, &mut gradient);
            gradient
        });
        (losses.as_slice()[..indices.len()].to_vec(), gradients.collect())
    }
}

fn check_loss<L, H, Y, const N: usize>(case: &LossCase, loss: L, head: H, inputs: &[f64], targets: &Y, keras: &[f64])
where
    H: Activation,
    Y: Targets<f64, Tile<f64, N>> + ?Sized,
    L: Loss<f64, H, Tile<f64, N>, Y::Tile>,
{
    let what = format!("{} {} after {} over {N}", case.case, case.loss, case.head);
    let logits = rows::<N>(inputs);
    let (losses, gradients) = dispatch(level(), Evaluate { loss, head, logits: &logits, targets });
    for (ours, keras) in losses.iter().zip(&case.per_sample) {
        close(&what, *ours, *keras, 1e-12);
    }
    close(&what, losses.iter().sum::<f64>() / case.batch as f64, case.value, 1e-12);
    for (ours, keras) in gradients.iter().flatten().zip(keras) {
        close(&format!("gradient of {what}"), ours / case.batch as f64, *keras, 1e-12);
    }
}

fn check_case<const N: usize>(case: &LossCase) -> bool {
    let targets = rows::<N>(&case.targets);
    let gradient = case.logits_gradient.as_deref().or(case.gradient.as_deref()).unwrap_or_default();
    let logits = case.logits.as_deref().unwrap_or_default();
    let predictions = case.predictions.as_deref().unwrap_or_default();
    let labels = case.labels.as_deref().unwrap_or_default();
    match (case.loss.as_str(), case.head.as_str()) {
        // beyond Keras's guard ours goes on, where Keras's gradient is zero
        (_, _) if case.case == "clipped" => return false,
        // in `losses.rs`
        (_, _) if case.case == "smoothed" => return false,
        ("mean_squared_error", "none") => {
            check_loss(case, MeanSquaredError, activations::Linear, predictions, &targets, gradient);
        }
        ("mean_absolute_error", "none") => {
            check_loss(case, MeanAbsoluteError, activations::Linear, predictions, &targets, gradient);
        }
        ("binary_crossentropy", "sigmoid") => {
            check_loss(case, BinaryCrossEntropy, activations::Sigmoid, logits, &targets, gradient);
        }
        ("binary_crossentropy", "softmax") => {
            check_loss(case, BinaryCrossEntropy, activations::Softmax, logits, &targets, gradient);
        }
        ("binary_crossentropy", "from_logits") => {
            check_loss(case, FromLogits(BinaryCrossEntropy), activations::Linear, logits, &targets, gradient);
        }
        ("categorical_crossentropy", "softmax") => {
            check_loss(case, CategoricalCrossEntropy, activations::Softmax, logits, &targets, gradient);
        }
        ("categorical_crossentropy", "from_logits") => {
            check_loss(case, FromLogits(CategoricalCrossEntropy), activations::Linear, logits, &targets, gradient);
        }
        ("sparse_categorical_crossentropy", "softmax") => {
            check_loss::<_, _, _, N>(
                case,
                SparseCategoricalCrossEntropy,
                activations::Softmax,
                logits,
                labels,
                gradient,
            );
        }
        ("sparse_categorical_crossentropy", "from_logits") => {
            let loss = FromLogits(SparseCategoricalCrossEntropy);
            check_loss::<_, _, _, N>(case, loss, activations::Linear, logits, labels, gradient);
        }
        _ => return false,
    }
    true
}

#[test]
fn losses() {
    let fixture: Losses = fixture("losses");
    let checked = fixture.cases.iter().filter(|case| match case.width {
        1 => check_case::<1>(case),
        2 => check_case::<2>(case),
        3 => check_case::<3>(case),
        7 => check_case::<7>(case),
        width => panic!("no test for {width} outputs"),
    });
    assert!(checked.count() >= 40, "the fixture has lost its cases");
}

#[derive(Deserialize)]
struct Metrics {
    cases: Vec<MetricCase>,
}

#[derive(Deserialize)]
struct MetricCase {
    metric: String,
    width: usize,
    targets: Vec<f64>,
    labels: Option<Vec<usize>>,
    predictions: Vec<f64>,
    value: f64,
}

/// The value of a metric over all predictions.
struct Measure<'a, M, Y: ?Sized, const N: usize>(M, &'a [[f64; N]], &'a Y);

impl<M, Y, const N: usize> Task for Measure<'_, M, Y, N>
where
    Y: Targets<f64, Tile<f64, N>> + ?Sized,
    M: typenet::metrics::Metric<f64, Tile<f64, N>, Y::Tile>,
{
    type Output = f64;

    fn run<S: Simd>(self, simd: S) -> f64 {
        use typenet::metrics::MetricState;
        let mut state = M::State::default();
        for sample in 0..self.1.len() {
            let (mut outputs, mut targets) = (Tile::<f64, N>::zeroed(), Y::Tile::zeroed());
            let index = [u32::try_from(sample).unwrap()];
            Samples::gather(self.1, simd, &index, &mut outputs);
            self.2.gather(simd, &index, &mut targets);
            let mut weights = <f64 as Scalar>::Lane::splat(0.0);
            Lane::<f64>::as_mut_slice(&mut weights)[0] = 1.0;
            self.0.update(simd, &mut state, &outputs, &targets, Lane::<f64>::load(&weights, simd));
        }
        state.end_batch(simd, self.1.len() as f64);
        state.value()
    }
}

fn check_metric<const N: usize>(case: &MetricCase) {
    let (predictions, targets) = (rows::<N>(&case.predictions), rows::<N>(&case.targets));
    let labels = case.labels.as_deref().unwrap_or_default();
    let level = level();
    let vector = |value: f64| close(&case.metric, value, case.value, 1e-12);
    match case.metric.as_str() {
        "binary_accuracy" => vector(dispatch(level, Measure(BinaryAccuracy, &predictions, &targets))),
        "categorical_accuracy" => vector(dispatch(level, Measure(CategoricalAccuracy, &predictions, &targets))),
        "sparse_categorical_accuracy" => {
            vector(dispatch(level, Measure(SparseCategoricalAccuracy, &predictions, labels)));
        }
        "binary_crossentropy" => vector(dispatch(level, Measure(BinaryCrossEntropy, &predictions, &targets))),
        "categorical_crossentropy" => vector(dispatch(level, Measure(CategoricalCrossEntropy, &predictions, &targets))),
        "sparse_categorical_crossentropy" => {
            vector(dispatch(level, Measure(SparseCategoricalCrossEntropy, &predictions, labels)));
        }
        "mean_squared_error" => vector(dispatch(level, Measure(MeanSquaredError, &predictions, &targets))),
        "mean_absolute_error" => vector(dispatch(level, Measure(MeanAbsoluteError, &predictions, &targets))),
        other => panic!("no test for metric {other}"),
    }
}

#[test]
fn metrics() {
    let fixture: Metrics = fixture("metrics");
    for case in &fixture.cases {
        match case.width {
            1 => check_metric::<1>(case),
            2 => check_metric::<2>(case),
            3 => check_metric::<3>(case),
            4 => check_metric::<4>(case),
            5 => check_metric::<5>(case),
            7 => check_metric::<7>(case),
            width => panic!("no test for {width} outputs"),
        }
    }
    assert!(fixture.cases.len() >= 12, "the fixture has lost its cases");
}

// ---- initializers ----

#[derive(Deserialize)]
struct Initializers {
    cases: Vec<InitializerCase>,
}

#[derive(Deserialize)]
struct InitializerCase {
    name: String,
    fan_in: usize,
    fan_out: usize,
    variance: f64,
    limit: f64,
}

/// Many draws: their mean, variance and extremes against what Keras draws from.
fn check_initializer(case: &InitializerCase, initializer: impl Initializer) {
    let rng = &mut StdRng::seed_from_u64(3);
    let mut values = vec![0.0_f64; 200_000];
    initializer.fill(&mut values, Fan { inputs: case.fan_in, outputs: case.fan_out }, rng);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
    let extreme = values.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    let what = format!("{} of {} -> {}", case.name, case.fan_in, case.fan_out);
    // five standard errors of the mean; the variance of the variance is smaller than that of a normal distribution
    assert!(mean.abs() < 5.0 * (case.variance / count).sqrt(), "{what}: mean {mean}");
    assert!((variance / case.variance - 1.0).abs() < 0.015, "{what}: variance {variance}, Keras {}", case.variance);
    assert!((0.995..=1.000_001).contains(&(extreme / case.limit)), "{what}: extreme {extreme}, Keras {}", case.limit);
}

#[test]
fn initializers() {
    let fixture: Initializers = fixture("initializers");
    for case in &fixture.cases {
        match case.name.as_str() {
            "glorot_uniform" => check_initializer(case, initializers::GlorotUniform),
            "glorot_normal" => check_initializer(case, initializers::GlorotNormal),
            "he_uniform" => check_initializer(case, initializers::HeUniform),
            "he_normal" => check_initializer(case, initializers::HeNormal),
            "lecun_uniform" => check_initializer(case, initializers::LecunUniform),
            "lecun_normal" => check_initializer(case, initializers::LecunNormal),
            other => panic!("no test for {other}"),
        }
    }
    assert_eq!(fixture.cases.len(), 18);
    let mut values = [9.0_f32; 3];
    let (fan, rng) = (Fan { inputs: 1, outputs: 3 }, &mut StdRng::seed_from_u64(0));
    initializers::Zeros.fill(&mut values, fan, rng);
    assert_eq!(values, [0.0; 3]);
    initializers::Ones.fill(&mut values, fan, rng);
    assert_eq!(values, [1.0; 3]);
    initializers::Constant(0.25).fill(&mut values, fan, rng);
    assert_eq!(values, [0.25; 3]);
}
