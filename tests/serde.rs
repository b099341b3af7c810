//! Networks in what serde writes, and what is refused when it is read.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use typenet::prelude::*;

network! {
    Inner = Dense(4 -> 4, tanh), BatchNormalization;
    Deep =
        Normalization(3), Dense(3 -> 4, relu), [Residual(Dense(4 -> 4), PReLU); 2], inner: Inner, Concatenate(Dense(2), Glu),
        Dense(2, softmax);
    Words: f64 = Embedding(2 -> 6, input_dim = 5), Dense(1);
    Small = Dense(2 -> 3), Dense(1);
    Large = Dense(300 -> 300, relu), Dense(300 -> 1)
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Held<N: Network> {
    #[serde(with = "typenet::serde")]
    network: N,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Boxed<N: Network> {
    #[serde(with = "typenet::serde::boxed")]
    network: Box<N>,
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(3)
}

#[test]
fn every_number_comes_back() {
    let deep = Held { network: Deep::new(&mut rng()) };
    assert_eq!(serde_json::from_str::<Held<Deep>>(&serde_json::to_string(&deep).unwrap()).unwrap(), deep);
    // a `Value` is sorted by name, and keeps all digits
    let words = Held { network: Words::new(&mut rng()) };
    assert_eq!(serde_json::from_value::<Held<Words>>(serde_json::to_value(&words).unwrap()).unwrap(), words);
    let large = Boxed { network: Large::boxed(&mut rng()) };
    assert!(serde_json::from_slice::<Boxed<Large>>(&serde_json::to_vec(&large).unwrap()).unwrap() == large);
}

#[test]
fn names_are_those_of_files() {
    let deep = Deep::new(&mut rng());
    let Value::Object(map) = serde_json::to_value(Held { network: deep.clone() }).unwrap()["network"].take() else {
        panic!("no map");
    };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep.safetensors");
    deep.save(&path).unwrap();
    let mut names: Vec<String> =
        typenet::weights::summary(&path).unwrap().tensors.into_iter().map(|tensor| tensor.name).collect();
    names.sort();
    assert_eq!(map.keys().cloned().collect::<Vec<_>>(), names);
    // an input is a row
    assert_eq!(map["dense.kernel"][2][3], json!(deep.dense.kernel[(3, 2)]));
    assert_eq!(map["dense.bias"].as_array().unwrap().len(), 4);
}

#[test]
fn what_does_not_fit_is_refused() {
    let good = json!({
        "dense.kernel": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "dense.bias": [0, 0.5, 1],
        "dense_1.kernel": [[1.0], [2.0], [3.0]], "dense_1.bias": [7.0]
    });
    let read = |map: &Value| typenet::serde::deserialize::<Small, _>(map);
    let small = read(&good).unwrap();
    assert_eq!(small.as_flat(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 0.5, 1.0, 1.0, 2.0, 3.0, 7.0]);
    let refused = |tensor: &str, instead: Value, told: &str| {
        let mut map = good.clone();
        map[tensor] = instead;
        assert_eq!(read(&map).unwrap_err().to_string(), told);
    };
    let rows = "expected 2 rows of tensor `dense.kernel`, whose shape is [2, 3]";
    let numbers = "expected 3 numbers of tensor `dense.kernel`, whose shape is [2, 3]";
    refused("dense.kernel", json!([[1, 2, 3]]), &format!("invalid length 1, {rows}"));
    refused("dense.kernel", json!([[1, 2, 3], [4, 5, 6], [7]]), &format!("invalid length 3, {rows}"));
    refused("dense.kernel", json!([[1, 2, 3], [4, 5]]), &format!("invalid length 2, {numbers}"));
    refused("dense.kernel", json!([[1, 2, 3, 4], [4, 5, 6]]), &format!("invalid length 4, {numbers}"));
    refused("dense.kernel", json!([1, 2, 3, 4, 5, 6]), &format!("invalid type: integer `1`, {numbers}"));
    refused("dense.kernel", json!("none"), &format!("invalid type: string \"none\", {rows}"));
    refused("dense.bias", json!([1, 1e39, 2]), "number 1 of tensor `dense.bias` is inf");
    refused("dense_1.kernel", json!([[1], [2], [-1e300]]), "number 2 of tensor `dense_1.kernel` is -inf");
    refused("dense_1.bias", json!([null]), "invalid type: null, expected f32");
    refused("dense_2.\n", json!([1]), "the network `Small` has no tensor `dense_2.\\n`");
    let mut fewer = good.clone();
    fewer.as_object_mut().unwrap().remove("dense_1.bias");
    assert_eq!(read(&fewer).unwrap_err().to_string(), "the tensor `dense_1.bias` is missing");
    let wrong = json!([1, 2]);
    let told = "invalid type: sequence, expected the tensors of the network `Small`";
    assert_eq!(read(&wrong).unwrap_err().to_string(), told);
    let twice = r#"{"dense_1.bias": [1], "dense_1.bias": [2]}"#;
    let error = typenet::serde::deserialize::<Small, _>(&mut serde_json::Deserializer::from_str(twice)).unwrap_err();
    assert!(error.to_string().starts_with("the tensor `dense_1.bias` comes twice"), "{error}");
}

#[test]
fn numbers_that_are_none_are_not_written() {
    let mut small = Small::new(&mut rng());
    small.dense.kernel[(1, 1)] = f32::NAN;
    let error = serde_json::to_string(&Held { network: small }).unwrap_err();
    assert_eq!(error.to_string(), "number 4 of tensor `dense.kernel` is NaN");
}
