//! Losses, number by number as Keras computes them; the gradients of those of outputs against difference quotients too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde::Deserialize;
use typenet::Classes;
use typenet::activations::{Activation, Linear, Sigmoid, Softmax};
use typenet::bytemuck::Zeroable as _;
use typenet::data::Targets;
use typenet::losses::{
    BinaryFocalCrossEntropy, CategoricalFocalCrossEntropy, CategoricalHinge, CosineSimilarity, Hinge, Huber,
    KlDivergence, LabelSmoothing, LogCosh, Loss, MeanAbsolutePercentageError, MeanSquaredLogarithmicError, OutputLoss,
    Poisson, SquaredHinge,
};
use typenet::metrics::{Metric, MetricState as _};
use typenet::prelude::*;
use typenet::simd::{Simd, SimdBase as _, Task, dispatch, level};

use crate::support::{close, fixture, levels};

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
    labels: Option<Vec<usize>>,
    logits: Option<Vec<f64>>,
    predictions: Option<Vec<f64>>,
    per_sample: Vec<f64>,
    value: f64,
    gradient: Option<Vec<f64>>,
    logits_gradient: Option<Vec<f64>>,
}

/// The rows in the lanes of a tile; lanes beyond the last repeat the first, as in data.
fn tile<const N: usize>(rows: &[f64]) -> Tile<f64, N> {
    let mut tile = Tile::zeroed();
    let (rows, _) = rows.as_chunks();
    for lane in 0..f64::LANES {
        tile.set_sample(lane, rows.get(lane).unwrap_or(&rows[0]));
    }
    tile
}

impl LossCase {
    fn what(&self) -> String {
        format!("{} {} after {} over {}", self.case, self.loss, self.head, self.width)
    }

    /// Compares what a loss gives for each sample, its mean and its gradient.
    fn compare<const N: usize>(&self, losses: &[f64], gradient: &Tile<f64, N>, keras: &[f64]) {
        assert_eq!((self.per_sample.len(), keras.len()), (self.batch, self.batch * N), "{}", self.what());
        for (ours, keras) in losses.iter().zip(&self.per_sample) {
            close(&self.what(), *ours, *keras, 1e-12);
        }
        close(&self.what(), losses[..self.batch].iter().sum::<f64>() / self.batch as f64, self.value, 1e-12);
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

/// A loss after a head: of each sample, and the gradient with respect to what goes into the head.
struct After<'a, L, H, Y: ?Sized, const N: usize>(L, H, &'a [f64], &'a Y);

impl<L, H, Y, const N: usize> Task for After<'_, L, H, Y, N>
where
    H: Activation,
    Y: Targets<f64, Tile<f64, N>> + ?Sized,
    L: Loss<f64, H, Tile<f64, N>, Y::Tile>,
{
    type Output = (Vec<f64>, Tile<f64, N>);

    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let Self(loss, head, logits, targets) = self;
        let (logits, mut outputs, mut gradient) = (tile(logits), Tile::zeroed(), Tile::zeroed());
        let indices: Vec<u32> = (0..u32::try_from(targets.count()).unwrap()).collect();
        let mut gathered = Y::Tile::zeroed();
        targets.gather(simd, &indices, &mut gathered);
        let losses = loss.evaluate(simd, &head, &logits, &gathered, &mut outputs, &mut gradient);
        (losses.as_slice().to_vec(), gradient)
    }
}

fn check_after<L, H, Y, const N: usize>(case: &LossCase, loss: L, head: H, targets: &Y)
where
    H: Activation,
    Y: Targets<f64, Tile<f64, N>> + ?Sized,
    L: Loss<f64, H, Tile<f64, N>, Y::Tile>,
{
    let logits = case.logits.as_ref().or(case.predictions.as_ref()).unwrap();
    let keras = case.logits_gradient.as_ref().or(case.gradient.as_ref()).unwrap();
    let (losses, gradient) = dispatch(level(), After(loss, head, logits, targets));
    case.compare(&losses, &gradient, keras);
}

fn check_case<const N: usize>(case: &LossCase) -> bool {
    let targets: Vec<[f64; N]> = case.targets.chunks_exact(N).map(|row| row.try_into().unwrap()).collect();
    let labels = case.labels.as_deref().unwrap_or_default();
    match (case.loss.as_str(), case.head.as_str()) {
        ("mean_squared_error", "none") => check_after(case, MeanSquaredError, Linear, &targets),
        ("mean_absolute_error", "none") => check_after(case, MeanAbsoluteError, Linear, &targets),
        ("binary_crossentropy", "sigmoid") => check_after(case, BinaryCrossEntropy, Sigmoid, &targets),
        ("binary_crossentropy", "softmax") => check_after(case, BinaryCrossEntropy, Softmax, &targets),
        ("binary_crossentropy", "from_logits") => check_after(case, FromLogits(BinaryCrossEntropy), Linear, &targets),
        ("categorical_crossentropy", "softmax") => check_after(case, CategoricalCrossEntropy, Softmax, &targets),
        ("categorical_crossentropy", "from_logits") => {
            check_after(case, FromLogits(CategoricalCrossEntropy), Linear, &targets);
        }
        ("sparse_categorical_crossentropy", "softmax") => {
            check_after::<_, _, _, N>(case, SparseCategoricalCrossEntropy, Softmax, labels);
        }
        ("sparse_categorical_crossentropy", "from_logits") => {
            check_after::<_, _, _, N>(case, FromLogits(SparseCategoricalCrossEntropy), Linear, labels);
        }
        ("categorical_generalized_cross_entropy", "softmax") => {
            let loss = CategoricalGeneralizedCrossEntropy(case.case.trim_start_matches("q ").parse().unwrap());
            check_after::<_, _, _, N>(case, loss, Softmax, labels);
            check_after::<_, _, _, N>(case, FromLogits(loss), Linear, labels);
        }
        _ => return false,
    }
    true
}

#[test]
fn losses_after_heads() {
    let fixture: Losses = fixture("losses");
    // beyond Keras's guard, in `clipped`, ours goes on, where Keras's gradient is zero
    let cases = fixture.cases.iter().filter(|case| !["clipped", "smoothed"].contains(&case.case.as_str()));
    let checked = cases.filter(|case| match case.width {
        1 => check_case::<1>(case),
        2 => check_case::<2>(case),
        3 => check_case::<3>(case),
        7 => check_case::<7>(case),
        width => panic!("no test for {width} outputs"),
    });
    assert_eq!(checked.count(), 52, "the fixture has lost its cases");
}

/// The mean of a metric over the samples.
struct Mean<'a, M, Y>(M, &'a Tile3, &'a Y, usize);

impl<M: Metric<f64, Tile3, Y>, Y> Task for Mean<'_, M, Y> {
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
fn generalized_as_a_metric() {
    let fixture: Losses = fixture("losses");
    let generalized = fixture.cases.iter().filter(|case| case.loss == "categorical_generalized_cross_entropy");
    let checked = generalized.filter(|case| case.head == "none").inspect(|case| {
        let metric = CategoricalGeneralizedCrossEntropy(case.case.trim_start_matches("q ").parse().unwrap());
        let predictions = tile(case.predictions.as_deref().unwrap());
        let mut classes = Classes::zeroed();
        for (class, label) in Lane::<f64>::as_mut_slice(&mut classes.0).iter_mut().zip(case.labels.as_ref().unwrap()) {
            *class = *label as f64;
        }
        close(&case.what(), dispatch(level(), Mean(metric, &predictions, &classes, case.batch)), case.value, 1e-12);
    });
    assert_eq!(checked.count(), 6, "the fixture has lost its cases");
}

/// What the network holds for impossible costs no more than `1 / q`, and has a gradient that is a number.
#[test]
fn generalized_of_the_impossible() {
    let logits = [-2000.0, 0.0, 0.0];
    let loss = CategoricalGeneralizedCrossEntropy::default();
    let (losses, gradient) = dispatch(level(), After::<_, _, _, 3>(loss, Softmax, &logits, [0_usize].as_slice()));
    let mut ours = [1.0; N];
    gradient.get_sample(0, &mut ours);
    assert_eq!((losses[0], ours), (2.0, [0.0; N]));
}

#[test]
fn smoothed_labels() {
    fn check<L: Loss<f64, H, Tile3, Tile3>, H: Activation>(case: &LossCase, loss: L, head: H) {
        let targets: Vec<[f64; N]> = case.targets.chunks_exact(N).map(|row| row.try_into().unwrap()).collect();
        check_after(case, loss, head, &targets);
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

/// Three heads cost what each of their losses costs, as much as it counts.
#[test]
fn heads() {
    const LOGITS: [f64; 12] = [0.5, -1.0, 0.25, 2.0, -0.5, 1.5, -2.0, 0.75, 0.0, 0.125, 3.0, -1.0];
    const TARGETS: [[f64; 6]; 2] = [[0.25, 0.0, 1.0, 1.0, 0.0, 0.5], [-1.0, 1.0, 0.0, 0.0, 1.0, -0.75]];
    /// Losses and gradients of the outputs from `START` on.
    fn alone<const START: usize, const N: usize>(
        loss: impl Loss<f64, Linear, Tile<f64, N>, Tile<f64, N>>,
    ) -> [(f64, [f64; N]); 2] {
        let logits: Vec<f64> = LOGITS.chunks(6).flat_map(|row| &row[START..START + N]).copied().collect();
        let targets = TARGETS.map(|row| <[f64; N]>::try_from(&row[START..START + N]).unwrap());
        let (losses, gradient) = dispatch(level(), After::<_, _, _, N>(loss, Linear, &logits, targets.as_slice()));
        [0, 1].map(|sample| {
            let mut of_sample = [0.0; N];
            gradient.get_sample(sample, &mut of_sample);
            (losses[sample], of_sample)
        })
    }
    let (classes, huber) = (FromLogits(CategoricalCrossEntropy), Huber::default());
    let inner = Heads::<2, 3, _, _>::new(classes, huber).loss_weights([0.25, 1.5]);
    let together = alone::<0, 6>(Heads::<1, 5, _, _>::new(MeanSquaredError, inner).loss_weights([2.0, 0.5]));
    let (first, second, third) = (alone::<0, 1>(MeanSquaredError), alone::<1, 2>(classes), alone::<3, 3>(huber));
    for (sample, (loss, gradient)) in together.into_iter().enumerate() {
        let (first, second, third) = (first[sample], second[sample], third[sample]);
        close("three heads", loss, 2.0 * first.0 + 0.125 * second.0 + 0.75 * third.0, 1e-15);
        let apart = [(2.0, first.1.as_slice()), (0.125, &second.1), (0.75, &third.1)];
        let apart = apart.into_iter().flat_map(|(weight, gradient)| gradient.iter().map(move |d| weight * d));
        for (ours, apart) in gradient.into_iter().zip(apart) {
            assert!(apart != 0.0);
            close("gradient of three heads", ours, apart, 1e-15);
        }
    }
}

#[test]
fn heads_that_cannot_count() {
    network! { Series: f64 = Dense(2 -> 4, tanh), Concatenate(Dense(1), Dense(2)) }
    for value in [-1.0, f64::NAN, f64::INFINITY] {
        let loss = Heads::<1, 2, _, _>::new(MeanSquaredError, MeanAbsoluteError).loss_weights([1.0, value]);
        let error = Trainer::new(loss, Sgd::new(0.1)).fit(
            &mut Series::new(&mut StdRng::seed_from_u64(0)),
            (&[[0.0; 2]], &[[0.0; 3]]),
            &mut StdRng::seed_from_u64(0),
        );
        let said = error.unwrap_err().to_string();
        assert_eq!(said, format!("the `loss_weights` of `Heads` is {value}; it must be finite and not negative"));
    }
}

/// A network that has diverged says so on every instruction set, whose `max` and `min` differ about NaN.
#[test]
fn what_is_not_a_number_is_no_loss() {
    fn check<L: OutputLoss>(loss: L) {
        for outputs in [[f64::NAN, 0.25, 0.5], [0.25, 0.5, f64::NAN]] {
            for level in levels() {
                let (losses, _) = dispatch(level, Of(loss, &tile(&outputs), &tile(&[1.0, 0.0, 1.0])));
                assert!(losses.iter().all(|loss| loss.is_nan()), "{loss:?} of {outputs:?} at {level:?}: {losses:?}");
            }
        }
    }
    fn check_metric<M: Metric<f64, Tile3, Tile3>>(metric: M) {
        for level in levels() {
            let of_nan = dispatch(level, Mean(metric, &tile(&[0.25, f64::NAN, 0.5]), &tile(&[0.0, 1.0, 0.0]), 1));
            assert!(of_nan.is_nan(), "{metric:?} at {level:?}: {of_nan}");
        }
    }
    check(MeanSquaredError);
    check(MeanAbsoluteError);
    check(MeanAbsolutePercentageError);
    check(MeanSquaredLogarithmicError);
    check(Huber::default());
    check(LogCosh);
    check(Hinge);
    check(SquaredHinge);
    check(CategoricalHinge);
    check(Poisson);
    check(CosineSimilarity);
    check(KlDivergence);
    check(BinaryFocalCrossEntropy::new());
    check(CategoricalFocalCrossEntropy::new());
    check_metric(BinaryCrossEntropy);
    check_metric(CategoricalCrossEntropy);
    check_metric(LabelSmoothing(0.25, BinaryCrossEntropy));
    check_metric(LabelSmoothing(0.25, CategoricalCrossEntropy));
}
