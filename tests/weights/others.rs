//! Files by Keras and PyTorch: the network predicts what they predict.

use std::fs;
use std::path::PathBuf;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;
use typenet::data::Sample;
use typenet::prelude::*;
use typenet::{Error, Features, network};

network! {
    Keras = Dense(3 -> 5, tanh), Dense(5 -> 4), relu, Dense(4 -> 2, softmax);
    KerasNormalized = Normalization(3), Dense(4, tanh), Dense(2), Normalization(invert = true);
    KerasInF64: f64 = Dense(3 -> 5, tanh), Dense(5 -> 4), relu, Dense(4 -> 2, softmax);
    Sequential = Dense(3 -> 5, relu), Dense(5 -> 5, tanh), Dense(5 -> 2);
    Labelled = a: Dense(3 -> 5, relu), b: Dense(5 -> 5, tanh), c: Dense(5 -> 2);
    Layers = Dense(3 -> 5), LayerNormalization(epsilon = 1e-5), PReLU, Dense(4, bias = false), RMSNormalization, Dropout(0.5),
        Dense(4), PReLU, LayerNormalization(center = false, epsilon = 1e-5), Dense(2);
    LayersOther = Dense(3 -> 5), LayerNormalization, PReLU, Dense(4, bias = false), RMSNormalization,
        Dense(4), RMSNormalization, LayerNormalization, Dense(2);
    Numbered = [Dense(2 -> 2, tanh); 11];
    NumberedShort = [Dense(2 -> 2, tanh); 10];
    Named: f64 = encoder: Dense(3 -> 5, relu), head: Dense(5 -> 2, softmax, bias = false);
    NamedInF32 = encoder: Dense(3 -> 5, relu), head: Dense(5 -> 2, softmax, bias = false);
    Unnamed: f64 = Dense(3 -> 5, relu), Dense(5 -> 2, softmax, bias = false)
}

/// A file that one of them has written.
pub fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/weights").join(name)
}

pub fn rows<const N: usize, T: Scalar>(value: &Value) -> Vec<[T; N]> {
    let number = |row: &Value, i: usize| T::from_f64(row[i].as_f64().unwrap());
    value.as_array().unwrap().iter().map(|row| std::array::from_fn(|i| number(row, i))).collect()
}

/// Compares predictions with those in a fixture.
pub fn predicts<N, const IN: usize, const OUT: usize>(network: &N, cases: &Value, tolerance: f64)
where
    N: Network<Input = Tile<<N as Network>::Scalar, IN>, Output = Tile<<N as Network>::Scalar, OUT>>,
    [N::Scalar; IN]: Sample<N::Scalar, IN>,
    N::Output: Features<N::Scalar, Sample = [N::Scalar; OUT]>,
{
    let outputs = network.predict_many(&rows::<IN, N::Scalar>(&cases["inputs"]));
    let expected = rows::<OUT, N::Scalar>(&cases["outputs"]);
    assert_eq!(outputs.len(), expected.len());
    for (output, expected) in outputs.iter().flatten().zip(expected.iter().flatten()) {
        assert!((output.to_f64() - expected.to_f64()).abs() < tolerance, "{output} should be {expected}");
    }
}

pub fn json(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(fixture(name)).unwrap()).unwrap()
}

#[test]
fn from_keras() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut model = Keras::new(rng);
    model.load(fixture("keras.safetensors")).unwrap();
    predicts(&model, &json("keras.json"), 1e-6);
    let mut wider = KerasInF64::new(rng);
    let error = wider.load(fixture("keras.safetensors")).unwrap_err().to_string();
    assert!(error.contains("`0.kernel` should be F64 [3, 5], but is F32 [3, 5]; `load_cast` reads it all"), "{error}");
    wider.load_cast(fixture("keras.safetensors")).unwrap();
    predicts(&wider, &json("keras.json"), 1e-6);
    // every f32 is an f64
    for (wide, narrow) in wider.as_flat().iter().zip(model.as_flat()) {
        assert_eq!(*wide, f64::from(*narrow));
    }
}

/// What the layers were adapted to is there, and the counts that Keras keeps beside it are passed over; no other tensor is.
#[test]
fn normalizations_from_keras() {
    let mut model = KerasNormalized::new(&mut StdRng::seed_from_u64(0));
    let path = fixture("keras_normalized.safetensors");
    model.load(&path).unwrap();
    predicts(&model, &json("keras_normalized.json"), 1e-5);
    let directory = tempfile::tempdir().unwrap();
    let other = directory.path().join("other.safetensors");
    let name = |bytes: &[u8], from: &[u8; 9], to: &[u8; 9]| {
        let mut bytes = bytes.to_vec();
        let at = bytes.windows(9).position(|part| part == from).unwrap();
        bytes[at..at + 9].copy_from_slice(to);
        fs::write(&other, bytes).unwrap();
    };
    let bytes = fs::read(&path).unwrap();
    for to in [b"\"1.count\"", b"\"4.count\"", b"\"3.court\""] {
        name(&bytes, b"\"3.count\"", to);
        assert!(model.load(&other).is_err());
    }
}

#[test]
fn from_pytorch_by_number() {
    let rng = &mut StdRng::seed_from_u64(0);
    let cases = json("torch.json");
    let path = fixture("torch_sequential.safetensors");
    let mut sequential = Sequential::new(rng);
    sequential.load(&path).unwrap();
    predicts(&sequential, &cases["torch_sequential"], 1e-6);
    // whatever the labels are
    let mut labelled = Labelled::new(rng);
    labelled.load(&path).unwrap();
    assert_eq!(labelled.as_flat(), sequential.as_flat());

    let path = fixture("torch_numbered.safetensors");
    let mut numbered = Numbered::new(rng);
    numbered.load(&path).unwrap();
    predicts(&numbered, &cases["torch_numbered"], 1e-5);
    // ten layers are not eleven
    let error = NumberedShort::new(rng).load(&path).unwrap_err().to_string();
    assert!(error.contains("no tensor `dense.0.weight`, only `fc1.bias`, `fc1.weight`, `fc10.bias`"), "{error}");
    assert!(error.ends_with(" and 14 more"), "{error}");
}

/// Their `weight` is our `gamma`, `scale` or `alpha`, and one slope is that of all numbers.
#[test]
fn layers_from_pytorch() {
    let rng = &mut StdRng::seed_from_u64(0);
    let path = fixture("torch_layers.safetensors");
    let mut layers = Layers::new(rng);
    layers.load(&path).unwrap();
    predicts(&layers, &json("torch.json")["torch_layers"], 1e-5);
    let slope = layers.p_re_lu[0];
    assert!(slope != 0.0 && layers.p_re_lu.iter().all(|other| *other == slope));
    let error = LayersOther::new(rng).load(&path).unwrap_err().to_string();
    assert!(error.contains("there is no tensor `8.bias`, only "), "{error}");
}

#[test]
fn from_pytorch_by_label() {
    let rng = &mut StdRng::seed_from_u64(0);
    let path = fixture("torch_named.safetensors");
    let cases = &json("torch.json")["torch_named"];
    let mut named = Named::new(rng);
    named.load(&path).unwrap();
    predicts(&named, cases, 1e-14);
    let mut narrow = NamedInF32::new(rng);
    assert!(matches!(narrow.load(&path), Err(Error::Weights { .. })));
    narrow.load_cast(&path).unwrap();
    predicts(&narrow, cases, 1e-6);
    // which of the two comes first is for somebody else to say
    let error = Unnamed::new(rng).load(&path).unwrap_err().to_string();
    assert!(
        error.contains("no tensor `dense.weight`, only `encoder.bias`, `encoder.weight`, `head.weight`"),
        "{error}"
    );
}

#[test]
fn a_number_beyond_f32() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("named.safetensors");
    let rng = &mut StdRng::seed_from_u64(0);
    let mut named = Named::new(rng);
    named.save(&path).unwrap();
    // to f32 and back: the nearest, within the tolerance of the sample in the file
    let mut narrow = NamedInF32::new(rng);
    narrow.load_cast(&path).unwrap();
    narrow.save(&path).unwrap();
    let mut back = Named::new(rng);
    back.load_cast(&path).unwrap();
    for (back, number) in back.as_flat().iter().zip(named.as_flat()) {
        assert!((back - number).abs() <= number.abs() * f64::from(f32::EPSILON));
    }
    named.encoder.kernel[(2, 1)] = 1e39;
    named.save(&path).unwrap();
    let before = narrow.clone();
    let error = narrow.load_cast(&path).unwrap_err().to_string();
    assert!(error.ends_with("number 7 of tensor `encoder.kernel` is 1e39, beyond f32"), "{error}");
    assert_eq!(narrow, before);
    let mut back = named.clone();
    back.load(&path).unwrap();
    assert_eq!(back, named);
}
