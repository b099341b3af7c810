//! Layers beside those of Keras: `fixtures/layers.json`, made by `fixtures/keras`.
#![allow(missing_docs, clippy::unwrap_used, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Deserialize;
use typenet::prelude::*;

use crate::support::{all_close, fixture};

const WIDTH: usize = 5;

#[derive(Deserialize)]
struct Layers {
    cases: Vec<Case>,
    shaped: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    layer: String,
    option: Option<String>,
    names: Vec<String>,
    weights: Vec<f64>,
    inputs: Vec<f64>,
    upstream: Vec<f64>,
    outputs: Vec<f64>,
    weight_gradient: Vec<f64>,
    input_gradient: Vec<f64>,
}

/// The network of one layer with Keras's weights gives Keras's outputs and gradients.
fn check<N>(layer: &str, option: Option<&str>, predict: impl Fn(&N, &[f64; WIDTH]) -> [f64; WIDTH])
where
    N: Network<Scalar = f64, Input = Tile<f64, WIDTH>, Output = Tile<f64, WIDTH>>,
{
    let Layers { cases, .. } = fixture("layers");
    let keras = cases.iter().find(|case| case.layer == layer && case.option.as_deref() == option).unwrap();
    follow(keras, predict);
}

/// As `check`, of a layer that gives another number of numbers than it takes.
fn check_shaped<N, const IN: usize, const OUT: usize>(layer: &str, predict: impl Fn(&N, &[f64; IN]) -> [f64; OUT])
where
    N: Network<Scalar = f64, Input = Tile<f64, IN>, Output = Tile<f64, OUT>>,
{
    let Layers { shaped, .. } = fixture("layers");
    follow(shaped.iter().find(|case| case.layer == layer).unwrap(), predict);
}

fn follow<N, const IN: usize, const OUT: usize>(keras: &Case, predict: impl Fn(&N, &[f64; IN]) -> [f64; OUT])
where
    N: Network<Scalar = f64, Input = Tile<f64, IN>, Output = Tile<f64, OUT>>,
{
    let Case { layer, option, .. } = keras;
    let what = |what: &str| format!("{what} of {layer}, {option:?}");
    let names: Vec<_> = N::LAYERS[0].tensors.iter().map(|tensor| tensor.name).collect();
    assert_eq!(names, keras.names);

    let mut network = N::zeroed();
    network.as_flat_mut().copy_from_slice(&keras.weights);
    let (x, upstream) = (keras.inputs.as_chunks::<IN>().0, keras.upstream.as_chunks::<OUT>().0);
    let (mut y, mut d_x) = (vec![[0.0; OUT]; x.len()], vec![[0.0; IN]; x.len()]);
    let mut pass = Pass::new();
    pass.predict(&network, x, &mut y).unwrap();
    all_close(&what("outputs"), y.as_flattened(), &keras.outputs, 1e-12);
    pass.backward(&network, x, upstream, &mut d_x).unwrap();
    all_close(&what("gradient of the inputs"), d_x.as_flattened(), &keras.input_gradient, 1e-12);
    all_close(&what("gradient of the weights"), pass.gradient().as_flat(), &keras.weight_gradient, 1e-12);
    for (x, y) in x.iter().zip(&y) {
        all_close(&what("one sample"), &predict(&network, x), y, 1e-12);
    }
}

typenet::network! {
    BatchNormal: f64 = BatchNormalization(5);
    BatchNormalEpsilon: f64 = BatchNormalization(5, epsilon = 0.5);
    BatchNormalGamma: f64 = BatchNormalization(5, center = false);
    BatchNormalBeta: f64 = BatchNormalization(5 -> 5, scale = false);
    BatchNormalNeither: f64 = BatchNormalization(5, center = false, scale = false);
    BatchNormalStart: f64 = BatchNormalization(
        5,
        beta_initializer = constant(2),
        gamma_initializer = constant(3),
        moving_mean_initializer = constant(4),
        moving_variance_initializer = constant(5)
    );
    LayerNormal: f64 = LayerNormalization(5);
    LayerNormalEpsilon: f64 = LayerNormalization(5, epsilon = 0.5);
    LayerNormalGamma: f64 = LayerNormalization(5, center = false);
    LayerNormalBeta: f64 = LayerNormalization(5 -> 5, scale = false);
    LayerNormalNeither: f64 = LayerNormalization(5, center = false, scale = false);
    LayerNormalStart: f64 = LayerNormalization(5, beta_initializer = constant(2), gamma_initializer = constant(3));
    RmsNormal: f64 = RMSNormalization(5);
    RmsNormalEpsilon: f64 = RMSNormalization(5, epsilon = 0.5);
    UnitNormal: f64 = UnitNormalization(5);
    Rectifier: f64 = PReLU(5);
    RectifierStart: f64 = PReLU(5, alpha_initializer = constant(0.25));
    Rescaled: f64 = Rescaling(5, scale = 0.3);
    RescaledOffset: f64 = Rescaling(5, scale = 1.0 / QUARTERS, offset = -1.5)
}

/// As in prediction; `batch_normalization.rs` has what it is in training.
#[test]
fn batch_normalization() {
    check("BatchNormalization", None, BatchNormal::predict);
    check("BatchNormalization", Some("epsilon"), BatchNormalEpsilon::predict);
    check("BatchNormalization", Some("gamma"), BatchNormalGamma::predict);
    check("BatchNormalization", Some("beta"), BatchNormalBeta::predict);
    check("BatchNormalization", Some("neither"), BatchNormalNeither::predict);
    let rng = &mut StdRng::seed_from_u64(0);
    let start = |numbers: [f64; 4]| numbers.map(|number| [number; WIDTH]).as_flattened().to_vec();
    assert_eq!(BatchNormal::new(rng).as_flat(), start([1.0, 0.0, 0.0, 1.0]));
    assert_eq!(BatchNormalStart::new(rng).as_flat(), start([3.0, 2.0, 4.0, 5.0]));
}

#[test]
fn layer_normalization() {
    check("LayerNormalization", None, LayerNormal::predict);
    check("LayerNormalization", Some("epsilon"), LayerNormalEpsilon::predict);
    check("LayerNormalization", Some("gamma"), LayerNormalGamma::predict);
    check("LayerNormalization", Some("beta"), LayerNormalBeta::predict);
    check("LayerNormalization", Some("neither"), LayerNormalNeither::predict);
    let new =
        |rng: &mut StdRng| (LayerNormal::new(rng).layer_normalization, LayerNormalStart::new(rng).layer_normalization);
    let (plain, told) = new(&mut StdRng::seed_from_u64(0));
    assert!(plain.gamma.iter().all(|&gamma| gamma == 1.0) && plain.beta.iter().all(|&beta| beta == 0.0));
    assert!(told.gamma.iter().all(|&gamma| gamma == 3.0) && told.beta.iter().all(|&beta| beta == 2.0));
}

typenet::network! {
    GroupNormal: f64 = GroupNormalization(6, groups = 3);
    GroupNormalEpsilon: f64 = GroupNormalization(6, groups = 2, epsilon = 0.5);
    GroupNormalGamma: f64 = GroupNormalization(6, groups = 2, center = false);
    GroupNormalBeta: f64 = GroupNormalization(6 -> 6, groups = { 6 / 2 }, scale = false);
    GroupNormalNeither: f64 = GroupNormalization(6, groups = 1, center = false, scale = false);
    GroupNormalStart: f64 =
        GroupNormalization(6, groups = 6, beta_initializer = constant(2), gamma_initializer = constant(3))
}

#[test]
fn group_normalization() {
    check_shaped("GroupNormalization default", GroupNormal::predict);
    check_shaped("GroupNormalization epsilon", GroupNormalEpsilon::predict);
    check_shaped("GroupNormalization gamma", GroupNormalGamma::predict);
    check_shaped("GroupNormalization beta", GroupNormalBeta::predict);
    check_shaped("GroupNormalization neither", GroupNormalNeither::predict);
    let rng = &mut StdRng::seed_from_u64(0);
    assert_eq!(GroupNormal::new(rng).as_flat(), [[1.0; 6], [0.0; 6]].as_flattened());
    assert_eq!(GroupNormalStart::new(rng).as_flat(), [[3.0; 6], [2.0; 6]].as_flattened());
}

#[test]
fn rms_normalization() {
    check("RMSNormalization", None, RmsNormal::predict);
    check("RMSNormalization", Some("epsilon"), RmsNormalEpsilon::predict);
    assert_eq!(RmsNormal::new(&mut StdRng::seed_from_u64(0)).as_flat(), [1.0; WIDTH]);
}

typenet::network! {
    Normal: f64 = Normalization(5);
    NormalInverted: f64 = Normalization(5, invert = true);
    NormalAlone: f64 = Normalization(1)
}

#[test]
fn normalization() {
    check("Normalization", None, Normal::predict);
    check("Normalization", Some("invert"), NormalInverted::predict);
    check("Normalization", Some("adapted"), Normal::predict);
    check("Normalization", Some("as one"), Normal::predict);
    let rng = &mut StdRng::seed_from_u64(0);
    let mut normal = Normal::new(rng);
    assert_eq!(normal.as_flat(), [[0.0; WIDTH], [1.0; WIDTH]].as_flattened());
    assert_eq!(Normal::summary().trained(), 0);

    let Layers { cases, .. } = fixture("layers");
    let keras = cases.iter().find(|case| case.option.as_deref() == Some("adapted")).unwrap();
    let x = keras.inputs.as_chunks::<WIDTH>().0;
    normal.normalization.adapt(x).unwrap();
    all_close("what was learnt", normal.as_flat(), &keras.weights, 1e-12);
    // of other kinds of data, and what was learnt beside the network
    let learnt = normal.normalization;
    assert_eq!(learnt, typenet::data::Normalization::adapt(x).into());
    let mut again = Normal::new(rng).normalization;
    again
        .adapt(&nalgebra::OMatrix::<f64, nalgebra::Const<WIDTH>, nalgebra::Dyn>::from_column_slice(&keras.inputs))
        .unwrap();
    assert_eq!(again, learnt);
    // one mean and variance for all numbers
    let mut as_one = Normal::new(rng);
    as_one.normalization.adapt_as_one(x).unwrap();
    let keras = cases.iter().find(|case| case.option.as_deref() == Some("as one")).unwrap();
    assert_eq!(keras.inputs.as_chunks::<WIDTH>().0, x);
    all_close("what was learnt of all", as_one.as_flat(), &keras.weights, 1e-12);
    let mut alone = NormalAlone::new(rng).normalization;
    alone.adapt(&[1.0, 3.0, 5.0]).unwrap();
    assert_eq!((alone.mean[0], alone.variance[0]), (3.0, 8.0 / 3.0));
    // what cannot be learnt from changes nothing
    let none: [[f64; WIDTH]; 0] = [];
    assert!(matches!(again.adapt(&none), Err(typenet::Error::NoSamples)));
    let error = again.adapt(&[[0.0, 1.0, f64::NAN, 3.0, 4.0]]).unwrap_err();
    assert!(matches!(error, typenet::Error::InputNotFinite { sample: 0, index: 2, .. }), "{error}");
    assert_eq!(again, learnt);
}

#[test]
fn unit_normalization() {
    check("UnitNormalization", None, UnitNormal::predict);
    let unit = UnitNormal::new(&mut StdRng::seed_from_u64(0));
    // zeros stay zeros, and what is shorter than 10^-12 is multiplied by 10^12 and no more
    let (x, upstream) = ([[0.0; WIDTH], [1e-13; WIDTH]], [[1.0, 2.0, 3.0, 4.0, 5.0]; 2]);
    let mut d_x = [[0.0; WIDTH]; 2];
    Pass::new().backward(&unit, &x[..], &upstream[..], &mut d_x).unwrap();
    for ((x, upstream), d_x) in x.iter().zip(&upstream).zip(&d_x) {
        all_close("short", &unit.predict(x), &x.map(|x| x * 1e12), 1e-12);
        all_close("gradient of short", d_x, &upstream.map(|upstream| upstream * 1e12), 1e-12);
    }
}

#[test]
fn p_relu() {
    check("PReLU", None, Rectifier::predict);
    let rng = &mut StdRng::seed_from_u64(0);
    assert_eq!(
        (Rectifier::new(rng).as_flat(), RectifierStart::new(rng).as_flat()),
        (&[0.0; WIDTH][..], &[0.25; WIDTH][..])
    );
    // at the corner the slope is 0, as Keras has it
    let mut d_x = [[1.0; WIDTH]];
    Pass::new().backward(&RectifierStart::new(rng), &[[0.0; WIDTH]][..], &[[1.0; WIDTH]][..], &mut d_x).unwrap();
    assert_eq!(d_x, [[0.0; WIDTH]]);
}

const QUARTERS: f64 = 4.0;

#[test]
fn rescaling() {
    check("Rescaling", None, Rescaled::predict);
    check("Rescaling", Some("offset"), RescaledOffset::predict);
    assert_eq!(RescaledOffset::PARAMETERS, 0);
}

const ROWS: usize = 7;

typenet::network! {
    Gated: f64 = Glu(6 -> 3);
    Added: f64 = Add(6 -> 3);
    Subtracted: f64 = Subtract(6 -> 3);
    Multiplied: f64 = Multiply(6 -> 3);
    Averaged: f64 = Average(6 -> 3);
    Larger: f64 = Maximum(6 -> 3);
    Smaller: f64 = Minimum(6 -> 3);
    Product: f64 = Dot(6 -> 1);
    Cosine: f64 = Dot(6 -> 1, normalize = true);
    Thrice: f64 = RepeatVector(2 -> 6);
    Forked: f64 = Concatenate(Dense(3 -> 4, tanh), (Dense(3 -> 3, silu), Dense(2)));
    Embedded: f64 = Embedding(3 -> 6, input_dim = ROWS);
    EmbeddedStart: f64 = Embedding(3 -> { 2 * 3 }, input_dim = 7, embeddings_initializer = constant(3),
        embeddings_regularizer = l2(0.5), embeddings_constraint = max_norm(1.0));
    Alone = Embedding(1 -> 300, input_dim = 200), Dense(1)
}

#[test]
fn glu() {
    check_shaped("Glu", Gated::predict);
}

#[test]
fn halves() {
    check_shaped("Add", Added::predict);
    check_shaped("Subtract", Subtracted::predict);
    check_shaped("Multiply", Multiplied::predict);
    check_shaped("Average", Averaged::predict);
    check_shaped("Maximum", Larger::predict);
    check_shaped("Minimum", Smaller::predict);
    // what is no number is neither lost by comparing
    let rng = &mut StdRng::seed_from_u64(0);
    for x in [[f64::NAN, 0.0, 0.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, f64::NAN, 0.0, 0.0]] {
        for y in [Larger::new(rng).predict(&x), Smaller::new(rng).predict(&x)] {
            assert!(y[0].is_nan() && y[1].is_finite());
        }
        for y in [Larger::new(rng).predict_many(&[x]), Smaller::new(rng).predict_many(&[x])] {
            assert!(y[0][0].is_nan() && y[0][1].is_finite());
        }
    }
}

#[test]
fn dot() {
    check_shaped("Dot", Product::predict);
    check_shaped("Dot normalize", Cosine::predict);
    let cosine = Cosine::new(&mut StdRng::seed_from_u64(0));
    // zeros are alike to nothing, and what is shorter than 10^-7 is multiplied by 10^7 and no more
    let x = [[0.0, 0.0, 0.0, 1.0, 2.0, 2.0], [0.0, 0.0, 1e-8, 0.0, 3.0, 4.0]];
    let mut d_x = [[0.0; 6]; 2];
    Pass::new().backward(&cosine, &x[..], &[[3.0]; 2][..], &mut d_x).unwrap();
    for (x, y) in x.iter().zip([0.0, 0.08]) {
        all_close("short", &cosine.predict(x), &[y], 1e-12);
    }
    all_close("gradient of zeros", &d_x[0][..3], &[1e7, 2e7, 2e7], 1e-12);
    all_close("gradient of what is short", &d_x[1][..3], &[0.0, 1.8e7, 2.4e7], 1e-12);
}

#[test]
fn repeat_vector() {
    check_shaped("RepeatVector", Thrice::predict);
}

#[test]
fn concatenate() {
    check_shaped("Concatenate", Forked::predict);
}

#[test]
fn embedding() {
    check_shaped("Embedding", Embedded::predict);
    let rng = &mut StdRng::seed_from_u64(0);
    let started = Embedded::new(rng).embedding;
    assert!(started.iter().all(|number| (-0.05..0.05).contains(number)) && started[(0, 0)] != started[(1, 6)]);
    let mut told = EmbeddedStart::new(rng);
    assert_eq!(told.as_flat(), [3.0; 14]);
    assert_eq!(told.penalty(None), 0.5 * 14.0 * 9.0);
    told.constrain();
    // the norm of each of the two numbers over all rows
    assert!(told.as_flat().iter().all(|number| (number - 1.0 / 7.0_f64.sqrt()).abs() < 1e-6));
}

/// What is no row gives NaN, and is not learnt from.
#[test]
fn what_is_no_row() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut alone = Alone::boxed(rng);
    for number in [-1.0, -0.5, 0.5, 199.5, 200.0, 1e9, f32::MAX] {
        assert!(alone.predict(&[number])[0].is_nan(), "{number}");
    }
    assert!((0..200_u8).all(|row| alone.predict(&[f32::from(row)])[0].is_finite()));
    let before = alone.as_flat().to_vec();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
    let error = trainer.fit(&mut *alone, (&[3.0, 200.0], &[1.0, 1.0]), rng).unwrap_err();
    assert!(matches!(error, typenet::Error::InputNotRow { sample: 1, index: 0, rows: 200, .. }), "{error}");
    assert_eq!(alone.as_flat(), before);
    // only the rows that were met move
    trainer.fit(&mut *alone, (&[3.0, 199.0], &[1.0, 1.0]), rng).unwrap();
    let moved = alone
        .embedding
        .column_iter()
        .enumerate()
        .filter(|(row, numbers)| numbers.as_slice() != &before[row * 300..][..300]);
    assert_eq!(moved.map(|(row, _)| row).collect::<Vec<_>>(), [3, 199]);
}
