//! The losses of outputs and the smoothed ones, number by number as Keras computes them, and their gradients against
//! difference quotients. The cross-entropies are in `parity.rs`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde::Deserialize;
use typenet::activations::{Activation, Linear, Sigmoid, Softmax};
use typenet::bytemuck::Zeroable as _;
use typenet::losses::{
    BinaryFocalCrossEntropy, CategoricalFocalCrossEntropy, CategoricalHinge, CosineSimilarity, Hinge, Huber,
    KlDivergence, LabelSmoothing, LogCosh, Loss, MeanAbsolutePercentageError, MeanSquaredLogarithmicError, OutputLoss,
    Poisson, SquaredHinge,
};
use typenet::metrics::{Metric, MetricState as _};
use typenet::prelude::*;
use typenet::simd::{Simd, SimdBase as _, Task, dispatch, level};

use crate::support::fixture;

const N: usize = 3;

type Tile3 = Tile<f64, N>;

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
    logits: Option<Vec<f64>>,
    predictions: Option<Vec<f64>>,
    per_sample: Vec<f64>,
    gradient: Option<Vec<f64>>,
    logits_gradient: Option<Vec<f64>>,
}

/// Absolute up to 1, relative beyond.
fn close(what: &str, ours: f64, keras: f64, tolerance: f64) {
    let apart = (ours - keras).abs();
    assert!(apart <= tolerance * keras.abs().max(1.0), "{what}: ours {ours:e}, Keras {keras:e}, apart {apart:e}");
}

fn tile(rows: &[f64]) -> Tile3 {
    let mut tile = Tile3::zeroed();
    for (lane, row) in rows.chunks_exact(N).enumerate() {
        tile.set_sample(lane, row.try_into().unwrap());
    }
    tile
}

impl LossCase {
    fn what(&self) -> String {
        format!("{} {} after {}", self.case, self.loss, self.head)
    }

    /// Compares what a loss gives for each sample, and its gradient.
    fn compare(&self, losses: &[f64], gradient: &Tile3, keras: &[f64]) {
        for (ours, keras) in losses.iter().zip(&self.per_sample) {
            close(&self.what(), *ours, *keras, 1e-12);
        }
        for (lane, keras) in keras.chunks_exact(N).enumerate() {
            let mut ours = [0.0; N];
            gradient.get_sample(lane, &mut ours);
            for (ours, keras) in ours.iter().zip(keras) {
                close(&format!("gradient of {}", self.what()), ours / self.batch as f64, *keras, 1e-12);
            }
        }
    }
}

/// Values and gradients of a loss of the outputs.
struct Of<'a, L>(L, &'a Tile3, &'a Tile3);

impl<L: OutputLoss> Task for Of<'_, L> {
    type Output = (Vec<f64>, Tile3);

    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let mut gradient = Tile3::zeroed();
        self.0.gradient(simd, self.1, self.2, &mut gradient);
        (self.0.value(simd, self.1, self.2).as_slice().to_vec(), gradient)
    }
}

fn check<L: OutputLoss>(case: &LossCase, loss: L) {
    assert_eq!(<L as OutputLoss>::NAME, case.loss);
    let predictions = case.predictions.as_deref().unwrap();
    let targets = tile(&case.targets);
    let (losses, gradient) = dispatch(level(), Of(loss, &tile(predictions), &targets));
    case.compare(&losses, &gradient, case.gradient.as_deref().unwrap());
    if case.case == "tiny" {
        // the difference quotient would leave where the norm is held
        return;
    }
    let h = 1e-6;
    for i in 0..N {
        let beside = [h, -h].map(|h| {
            let mut moved = predictions.to_vec();
            moved.iter_mut().skip(i).step_by(N).for_each(|y| *y += h);
            dispatch(level(), Of(loss, &tile(&moved), &targets)).0
        });
        for lane in 0..case.batch {
            let mut ours = [0.0; N];
            gradient.get_sample(lane, &mut ours);
            let quotient = (beside[0][lane] - beside[1][lane]) / (2.0 * h);
            let scale = losses[lane].abs().max(1.0);
            close(&format!("difference quotient of {}", case.what()), ours[i] / scale, quotient / scale, 1e-8);
        }
    }
}

#[test]
fn losses_of_outputs() {
    let focal = BinaryFocalCrossEntropy::new();
    let categorical = CategoricalFocalCrossEntropy::new();
    let fixture: Losses = fixture("losses");
    let checked = fixture.cases.iter().filter(|case| {
        match (case.loss.as_str(), case.case.as_str()) {
            ("huber", "default") => check(case, Huber::default()),
            ("huber", "delta") => check(case, Huber(0.5)),
            ("log_cosh", _) => check(case, LogCosh),
            ("cosine_similarity", _) => check(case, CosineSimilarity),
            ("mean_absolute_percentage_error", _) => check(case, MeanAbsolutePercentageError),
            ("mean_squared_logarithmic_error", _) => check(case, MeanSquaredLogarithmicError),
            ("hinge", _) => check(case, Hinge),
            ("squared_hinge", _) => check(case, SquaredHinge),
            ("categorical_hinge", _) => check(case, CategoricalHinge),
            ("poisson", _) => check(case, Poisson),
            ("kl_divergence", _) => check(case, KlDivergence),
            ("binary_focal_crossentropy", "default") => check(case, focal),
            ("binary_focal_crossentropy", "balanced") => check(case, focal.class_balancing(0.75)),
            ("binary_focal_crossentropy", gamma) => {
                check(case, focal.gamma(gamma.trim_start_matches("gamma ").parse().unwrap()));
            }
            ("categorical_focal_crossentropy", "default") => check(case, categorical),
            ("categorical_focal_crossentropy", _) => check(case, categorical.alpha(0.5).gamma(3.5)),
            _ => return false,
        }
        true
    });
    assert_eq!(checked.count(), 68, "the fixture has lost its cases");
}

/// A loss after a head.
struct After<'a, L, H>(L, H, &'a Tile3, &'a Tile3);

impl<L: Loss<f64, H, Tile3, Tile3>, H: Activation> Task for After<'_, L, H> {
    type Output = (Vec<f64>, Tile3);

    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let (mut outputs, mut gradient) = (Tile3::zeroed(), Tile3::zeroed());
        let losses = self.0.evaluate(simd, &self.1, self.2, self.3, &mut outputs, &mut gradient);
        (losses.as_slice().to_vec(), gradient)
    }
}

/// The mean of a metric over the samples.
struct Mean<'a, M>(M, &'a Tile3, &'a Tile3, usize);

impl<M: Metric<f64, Tile3, Tile3>> Task for Mean<'_, M> {
    type Output = f64;

    fn run<S: Simd>(self, simd: S) -> f64 {
        let mut weights = <f64 as Scalar>::Lane::splat(0.0);
        Lane::<f64>::as_mut_slice(&mut weights)[..self.3].fill(1.0);
        let mut state = M::State::default();
        self.0.update(simd, &mut state, self.1, self.2, Lane::<f64>::load(&weights, simd));
        state.end_batch(simd, self.3 as f64);
        state.value()
    }
}

#[test]
fn smoothed_labels() {
    fn check<L: Loss<f64, H, Tile3, Tile3>, H: Activation>(case: &LossCase, loss: L, head: H) {
        let logits = tile(case.logits.as_deref().unwrap());
        let (losses, gradient) = dispatch(level(), After(loss, head, &logits, &tile(&case.targets)));
        case.compare(&losses, &gradient, case.logits_gradient.as_deref().unwrap());
    }
    fn check_metric<M: Metric<f64, Tile3, Tile3>>(case: &LossCase, metric: M) {
        let predictions = tile(case.predictions.as_deref().unwrap());
        let ours = dispatch(level(), Mean(metric, &predictions, &tile(&case.targets), case.batch));
        close(&case.what(), ours, case.per_sample.iter().sum::<f64>() / case.batch as f64, 1e-12);
    }
    let fixture: Losses = fixture("losses");
    let smoothed: Vec<_> = fixture.cases.iter().filter(|case| case.case == "smoothed").collect();
    let (binary, categorical) =
        (LabelSmoothing(0.25, BinaryCrossEntropy), LabelSmoothing(0.25, CategoricalCrossEntropy));
    for case in &smoothed {
        assert_eq!(case.width, N);
        match (case.loss.as_str(), case.head.as_str()) {
            ("binary_crossentropy", "none") => check_metric(case, binary),
            ("binary_crossentropy", "sigmoid") => check(case, binary, Sigmoid),
            ("binary_crossentropy", "softmax") => check(case, binary, Softmax),
            ("binary_crossentropy", _) => check(case, FromLogits(binary), Linear),
            (_, "none") => check_metric(case, categorical),
            (_, "softmax") => check(case, categorical, Softmax),
            _ => check(case, FromLogits(categorical), Linear),
        }
    }
    assert_eq!(smoothed.len(), 14, "the fixture has lost its cases");
}
