//! Metrics of a batch, and of an epoch of several, number by number as Keras computes them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use serde::Deserialize;
use typenet::bytemuck::Zeroable as _;
use typenet::data::{Samples, Targets};
use typenet::metrics::{Average, ConfusionMatrix, Metric, MetricState as _, argmax};
use typenet::prelude::*;
use typenet::simd::{Simd, Task, dispatch, level};

use crate::support::{close, fixture};

#[derive(Deserialize)]
struct Metrics {
    /// All samples at once, where there are none.
    #[serde(default)]
    batches: Vec<usize>,
    cases: Vec<MetricCase>,
}

#[derive(Deserialize)]
struct MetricCase {
    metric: String,
    #[serde(default)]
    option: String,
    width: usize,
    targets: Vec<f64>,
    labels: Option<Vec<usize>>,
    predictions: Vec<f64>,
    value: f64,
}

/// The value of a metric over batches of so many samples.
struct Epoch<'a, M, Y: ?Sized, const N: usize>(M, &'a [[f64; N]], &'a Y, &'a [usize]);

impl<M, Y, const N: usize> Task for Epoch<'_, M, Y, N>
where
    Y: Targets<f64, Tile<f64, N>> + ?Sized,
    M: Metric<f64, Tile<f64, N>, Y::Tile>,
{
    type Output = f64;

    fn run<S: Simd>(self, simd: S) -> f64 {
        let (mut outputs, mut targets) = (Tile::<f64, N>::zeroed(), Y::Tile::zeroed());
        let mut state = M::State::default();
        let mut start = 0;
        for batch in self.3 {
            let indices: Vec<u32> = (start..start + *batch).map(|i| u32::try_from(i).unwrap()).collect();
            for indices in indices.chunks(<f64 as Scalar>::LANES) {
                Samples::gather(self.1, simd, indices, &mut outputs);
                self.2.gather(simd, indices, &mut targets);
                let mut weights = <f64 as Scalar>::Lane::splat(0.0);
                Lane::<f64>::as_mut_slice(&mut weights)[..indices.len()].fill(1.0);
                self.0.update(simd, &mut state, &outputs, &targets, Lane::<f64>::load(&weights, simd));
            }
            state.end_batch(simd, *batch as f64);
            start += batch;
        }
        state.value()
    }
}

fn rows<const N: usize>(flat: &[f64]) -> Vec<[f64; N]> {
    flat.chunks_exact(N).map(|row| row.try_into().unwrap()).collect()
}

impl MetricCase {
    fn compare(&self, ours: f64) {
        close(&format!("{} {} of {}", self.metric, self.option, self.width), ours, self.value, 1e-12);
    }
}

fn check_alone<const N: usize>(case: &MetricCase) {
    let (x, y) = (rows::<N>(&case.predictions), rows::<N>(&case.targets));
    let labels = case.labels.as_deref().unwrap_or_default();
    let (level, batches) = (level(), [x.len()]);
    case.compare(match case.metric.as_str() {
        "binary_accuracy" => dispatch(level, Epoch(BinaryAccuracy, &x, &y, &batches)),
        "categorical_accuracy" => dispatch(level, Epoch(CategoricalAccuracy, &x, &y, &batches)),
        "sparse_categorical_accuracy" => dispatch(level, Epoch(SparseCategoricalAccuracy, &x, labels, &batches)),
        "binary_crossentropy" => dispatch(level, Epoch(BinaryCrossEntropy, &x, &y, &batches)),
        "categorical_crossentropy" => dispatch(level, Epoch(CategoricalCrossEntropy, &x, &y, &batches)),
        "sparse_categorical_crossentropy" => {
            dispatch(level, Epoch(SparseCategoricalCrossEntropy, &x, labels, &batches))
        }
        "mean_squared_error" => dispatch(level, Epoch(MeanSquaredError, &x, &y, &batches)),
        "mean_absolute_error" => dispatch(level, Epoch(MeanAbsoluteError, &x, &y, &batches)),
        other => panic!("no test for {other}"),
    });
}

#[test]
fn metrics_of_a_batch() {
    let fixture: Metrics = fixture("metrics");
    for case in &fixture.cases {
        match case.width {
            1 => check_alone::<1>(case),
            2 => check_alone::<2>(case),
            3 => check_alone::<3>(case),
            7 => check_alone::<7>(case),
            width => panic!("no test for {width} outputs"),
        }
    }
    assert_eq!(fixture.cases.len(), 15, "the fixture has lost its cases");
}

/// Those across the outputs of a sample, of which one alone has none.
fn check_across(case: &MetricCase, batches: &[usize]) {
    let (x, y) = (rows::<3>(&case.predictions), rows::<3>(&case.targets));
    case.compare(match case.metric.as_str() {
        "PearsonCorrelation" => dispatch(level(), Epoch(PearsonCorrelation::new(), &x, &y, batches)),
        _ => dispatch(level(), Epoch(ConcordanceCorrelation::new(), &x, &y, batches)),
    });
}

fn check<const N: usize>(case: &MetricCase, batches: &[usize]) {
    let (x, y) = (rows::<N>(&case.predictions), rows::<N>(&case.targets));
    // integers as targets give what their one-hot vectors give
    let classes: Vec<usize> = y.iter().map(|t| t.iter().position(|t| *t == 1.0).unwrap_or_default()).collect();
    let option = case.option.as_str();
    let ratio = |class: Option<usize>| {
        let precision = class.map_or_else(Precision::new, |class| Precision::new().class_id(class));
        let recall = class.map_or_else(Recall::new, |class| Recall::new().class_id(class));
        let threshold = if option == "threshold 0.3" { 0.3 } else { 0.5 };
        (precision.threshold(threshold), recall.threshold(threshold))
    };
    macro_rules! of {
        ($metric:expr, $targets:expr) => {
            dispatch(level(), Epoch($metric, &x, $targets, batches))
        };
        ($metric:expr) => {
            of!($metric, &y)
        };
    }
    let k = || option.trim_start_matches("k ").parse().unwrap();
    case.compare(match (case.metric.as_str(), option) {
        ("Precision", "class 2") => of!(ratio(Some(2)).0),
        ("Recall", "class 2") => of!(ratio(Some(2)).1),
        ("Precision", "default") if N == 3 => {
            assert_eq!(of!(ratio(None).0), of!(ratio(None).0, classes.as_slice()), "classes are one-hot vectors");
            of!(ratio(None).0)
        }
        ("Precision", _) => of!(ratio(None).0),
        ("Recall", _) => of!(ratio(None).1),
        ("AUC", "ROC") => of!(Auc::roc()),
        ("AUC", "PR") => of!(Auc::pr()),
        ("AUC", "ROC 11") => of!(Auc::roc().num_thresholds::<11>()),
        ("AUC", "PR 11") => of!(Auc::pr().num_thresholds::<11>()),
        ("FBetaScore", _) => {
            let average = match option.split(' ').next() {
                Some("macro") => Average::Macro,
                Some("micro") => Average::Micro,
                Some("output") => Average::Output(option.trim_start_matches("output ").parse().unwrap()),
                _ => Average::Weighted,
            };
            let score =
                if option.ends_with("threshold") { FBetaScore::default().threshold(0.4) } else { FBetaScore::new(2.0) };
            of!(score.average(average))
        }
        ("TopKCategoricalAccuracy", _) => of!(TopKCategoricalAccuracy(k())),
        ("SparseTopKCategoricalAccuracy", _) => {
            of!(SparseTopKCategoricalAccuracy(k()), case.labels.as_deref().unwrap())
        }
        ("MeanSquaredError", _) => of!(MeanSquaredError),
        ("MeanAbsoluteError", _) => of!(MeanAbsoluteError),
        ("RootMeanSquaredError", _) => of!(RootMeanSquaredError),
        ("R2Score", _) => of!(R2Score),
        (
            metric @ ("PrecisionAtRecall"
            | "RecallAtPrecision"
            | "SensitivityAtSpecificity"
            | "SpecificityAtSensitivity"),
            _,
        ) => {
            macro_rules! best {
                ($metric:expr) => {
                    match option.split_once(' ') {
                        None => of!($metric),
                        Some((_, "11")) => of!($metric.num_thresholds::<11>()),
                        Some(_) => of!($metric.class_id(2)),
                    }
                };
            }
            let least = option.split(' ').next().unwrap().parse().unwrap();
            match metric {
                "PrecisionAtRecall" => best!(PrecisionAtRecall::new(least)),
                "RecallAtPrecision" => best!(RecallAtPrecision::new(least)),
                "SensitivityAtSpecificity" => best!(SensitivityAtSpecificity::new(least)),
                _ => best!(SpecificityAtSensitivity::new(least)),
            }
        }
        ("PearsonCorrelation", "samples") => of!(PearsonCorrelation::new().of_samples()),
        ("ConcordanceCorrelation", "samples") => of!(ConcordanceCorrelation::new().of_samples()),
        (other, _) => panic!("no test for {other}"),
    });
}

#[test]
fn metrics_of_an_epoch() {
    let fixture: Metrics = fixture("epoch_metrics");
    for case in &fixture.cases {
        match case.width {
            1 => check::<1>(case, &fixture.batches),
            3 if case.metric.ends_with("Correlation") && case.option == "default" => {
                check_across(case, &fixture.batches);
            }
            3 => check::<3>(case, &fixture.batches),
            width => panic!("no test for {width} outputs"),
        }
    }
    assert_eq!(fixture.cases.len(), 181, "the fixture has lost its cases");
}

/// What is not a number is not among the largest.
fn head<const START: usize, const N: usize>(rows: &[[f64; 6]]) -> Vec<[f64; N]> {
    rows.iter().map(|row| row[START..START + N].try_into().unwrap()).collect()
}

/// The metric of the outputs of a head is that of a network that has only these, whatever the others are.
#[test]
fn of_a_head() {
    let number = |i: usize| ((i * 7919 % 101) as f64) / 50.0 - 1.0;
    let x: Vec<[f64; 6]> = (0..40).map(|i| std::array::from_fn(|k| number(6 * i + k))).collect();
    let y: Vec<[f64; 6]> = (0..40).map(|i| std::array::from_fn(|k| number(6 * i + k + 1000))).collect();
    let batches = [25, 15];
    macro_rules! same {
        ($start:literal, $outputs:literal, $metric:expr) => {
            let (x_of_head, y_of_head) = (head::<$start, $outputs>(&x), head::<$start, $outputs>(&y));
            let alone = dispatch(level(), Epoch($metric, &x_of_head, &y_of_head, &batches));
            let together = dispatch(level(), Epoch(OfHead::<$start, $outputs, _>($metric), &x, &y, &batches));
            assert_eq!(together, alone, "{} outputs from {}", $outputs, $start);
        };
    }
    same!(0, 1, MeanAbsoluteError);
    same!(1, 2, CategoricalAccuracy);
    same!(3, 3, R2Score);
    same!(0, 6, RootMeanSquaredError);
}

#[test]
fn nan_is_not_among_the_largest() {
    let outputs = [[f64::NAN, 0.1, 0.2], [0.3, f64::NAN, 0.2]];
    let (classes, batches) = ([0_usize, 0], [2]);
    let metric = SparseTopKCategoricalAccuracy(1);
    assert_eq!(dispatch(level(), Epoch(metric, &outputs, classes.as_slice(), &batches)), 0.5);
}

#[test]
fn confusion() {
    let outputs = [[0.8, 0.1, 0.1], [0.4, 0.4, 0.2], [0.1, 0.2, 0.7], [0.0, 0.9, 0.1], [0.2, 0.3, 0.5]];
    let mut matrix = ConfusionMatrix::of(&outputs, [0, 1, 2, 1, 0]);
    assert_eq!(matrix.to_string(), "  | 0 1 2\n0 | 1 0 1\n1 | 1 1 0\n2 | 0 0 1");
    assert_eq!(matrix.accuracy(), 0.6);
    assert_eq!((matrix.precision(0), matrix.recall(0)), (0.5, 0.5));
    assert_eq!((matrix.precision(2), matrix.recall(2)), (0.5, 1.0));
    matrix.add(7, 0);
    assert_eq!((matrix.count(7, 0), matrix.classes()), (0, 3));
}

#[test]
fn confusion_of_yes_and_no() {
    let outputs = [[0.8], [0.5], [f64::NAN], [0.1], [0.6]];
    let matrix = ConfusionMatrix::of(&outputs, [true, true, false, false, false]);
    assert_eq!(matrix.to_string(), "  | 0 1\n0 | 2 1\n1 | 1 1");
    assert_eq!(ConfusionMatrix::of(&outputs, [1_i8, 1, 0, 0, 0]), matrix);
    assert_eq!(ConfusionMatrix::of(&outputs[..2], [-1, 2]), ConfusionMatrix::new(2));
}

#[test]
fn the_largest_is_a_number_and_the_first() {
    assert_eq!(argmax(&[f32::NAN, f32::NEG_INFINITY, 0.5, 0.5, f32::NAN]), 2);
    assert_eq!(argmax(&[f64::NAN, f64::NEG_INFINITY]), 1);
    assert_eq!((argmax(&[f64::NAN]), argmax::<f32>(&[])), (0, 0));
}

#[test]
fn targets_that_are_all_the_same_have_a_score_of_zero() {
    for outputs in [[[2.0], [2.0]], [[2.0], [3.0]]] {
        assert_eq!(dispatch(level(), Epoch(R2Score, &outputs, &[[2.0], [2.0]], &[2])), 0.0, "{outputs:?}");
    }
    let lost = dispatch(level(), Epoch(R2Score, &[[f64::NAN], [2.0]], &[[2.0], [2.0]], &[2]));
    assert!(lost.is_nan(), "{lost}");
}
