//! Layers within layers, and the attribute form.

use typenet::data::Samples;

use super::*;

/// A network that others declare for us.
mod parts {
    typenet::network! { pub Tail = Dense(8 -> 4, relu), Dense(4 -> 2, softmax) }
}

const DEPTH: usize = 3;
const EIGHT: usize = 8;

typenet::network! {
    /// A body.
    Body = Dense(8 -> 8, relu), Dense(8, tanh);
    Deep = Dense(2 -> 8, relu), Body, again: Body(8 -> 8), [Dense(8 -> 8, relu); DEPTH], [Body; 2],
        Residual(Dense(8 -> 16, relu), out: Dense(8)), Residual(Dense(_ -> 8)),
        tower: [Residual(Dense(8 -> 8, relu), Dense(8)); 5], [Dense(8), relu; { DEPTH - 1 }], parts::Tail;
    Constants = Dense(2 -> EIGHT), [Dense(_ -> 8); 2], Residual(Dense(_ -> { EIGHT / 2 }), Dense(EIGHT))
}

#[typenet::attribute::network(scalar = f64, < Dense(2 -> 4, relu), hidden: [Dense(4 -> 4, tanh); 2], Dense(2, softmax) >)]
#[derive(Copy)]
struct Attributed;

#[test]
fn what_is_given_back_may_be_the_same_constant() {
    assert_eq!(shapes::<Constants>(), [(2, 8), (8, 8), (8, 8)]);
}

#[test]
fn fields_are_named_and_typed() {
    let deep = Deep::new(&mut rng());
    let names = ["dense", "body", "again", "dense_1", "body_1", "residual", "residual_1", "tower", "repeat", "tail"];
    assert_eq!(labels::<Deep>(), names);
    let body: &Body = &deep.body;
    assert_eq!(body.dense.kernel.shape(), (8, 8));
    assert_eq!((deep.dense_1.len(), deep.body_1.len(), deep.tower.len(), deep.repeat.len()), (DEPTH, 2, 5, 2));
    let tower: &DeepTower = &deep.tower[4];
    assert_ne!(*tower, deep.tower[3], "each has parameters of its own");
    assert_eq!(deep.residual.out.bias.len(), 8);
    assert_eq!(deep.residual_1.bias.len(), 8, "what stands alone in a residual has no name of its own");
    let tail: &parts::Tail = &deep.tail;
    assert_eq!(tail.dense_1.kernel.shape(), (2, 4));
    assert_eq!(activations::<Deep>().last(), Some(&"softmax"), "which only the compiler knows");
    assert_eq!((Deep::INPUTS, Deep::OUTPUTS), (2, 2));
    assert_eq!(Deep::PARAMETERS, deep.as_flat().len());
}

#[test]
fn the_summary_shows_what_is_within() {
    let summary = Attributed::summary().to_string();
    let expected = "\
Attributed: f64
layer      kind                shape  activation  parameters
dense      Dense           2 -> 4     relu                12
hidden x2  Dense           4 -> 4     tanh                40
dense_1    Dense           4 -> 2     softmax             10
62 parameters, 496 bytes";
    assert_eq!(summary, expected);
    assert!(Deep::summary().to_string().contains("\n  dense_1   Dense           4 -> 2     softmax             10\n"));
}

/// Each layer by hand, through the networks and layers that it is made of.
#[test]
fn a_prediction_goes_through_every_layer() {
    let deep = Deep::new(&mut rng());
    let x = [[0.3, -0.7], [1.0, 0.2]];
    let dense = |w: &typenet::layers::DenseParameters<f32, 8, 8>, x: [f32; 8], f: fn(f32) -> f32| {
        let y = w.kernel * nalgebra::SVector::from(x) + w.bias;
        <[f32; 8]>::from(y.map(f))
    };
    let relu = |x: f32| x.max(0.0);
    let same = |x: f32| x;
    let add = |a: [f32; 8], b: [f32; 8]| core::array::from_fn(|i| a[i] + b[i]);
    for (x, predicted) in x.iter().zip(deep.predict_many(&x)) {
        let first = deep.dense.kernel * nalgebra::SVector::from(*x) + deep.dense.bias;
        let mut y = <[f32; 8]>::from(first.map(relu));
        for body in [&deep.body, &deep.again] {
            y = body.predict(&y);
        }
        for layer in &*deep.dense_1 {
            y = dense(layer, y, relu);
        }
        for body in &*deep.body_1 {
            y = body.predict(&y);
        }
        y = add(y, deep.residual.predict(&y));
        y = add(y, dense(&deep.residual_1, y, same));
        for residual in &*deep.tower {
            y = add(y, residual.predict(&y));
        }
        for repeated in &*deep.repeat {
            y = repeated.predict(&y);
        }
        let expected = deep.tail.predict(&y);
        for (one, (many, expected)) in deep.predict(x).into_iter().zip(predicted.into_iter().zip(expected)) {
            assert!((one - expected).abs() < 1e-5 && (many - expected).abs() < 1e-5, "{one} {many} {expected}");
        }
    }
    assert_eq!(Samples::<f32, <Deep as Network>::Input>::count(&x), 2);
}

#[test]
fn files_name_what_is_within() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep.safetensors");
    let deep = Deep::new(&mut rng());
    deep.save(&path).unwrap();
    let mut loaded = Deep::new(&mut StdRng::seed_from_u64(1));
    loaded.load(&path).unwrap();
    assert_eq!(loaded, deep);
    let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    for name in [
        "dense.kernel",
        "body.dense_1.bias",
        "dense_1.2.kernel",
        "body_1.1.dense.kernel",
        "residual.out.bias",
        "residual_1.kernel",
        "tower.4.dense_1.kernel",
        "repeat.1.dense.kernel",
        "tail.dense_1.bias",
    ] {
        assert!(text.contains(&format!("\"{name}\"")), "no tensor `{name}`");
    }
}
