//! ONNX: what is written is what onnxruntime computes with, and what others write is loaded.
//!
//! `UPDATE_EXPECT=1 cargo test -p typenet-tests --test weights onnx` writes the models in `fixtures/weights/onnx`; then
//! `fixtures/weights/to_onnx.py` runs them.

use std::path::Path;
use std::{env, fs};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use typenet::data::Sample;
use typenet::prelude::*;
use typenet::{Features, network};

use super::hostile::peak;
use super::others::{fixture, json, predicts, rows};

/// Writes this network, whose numbers are exact, and compares the file with the one that onnxruntime has run, and what
/// comes out with what came out there.
fn written<N, const IN: usize, const OUT: usize>(name: &str, mut network: N, cases: &Value)
where
    N: Network<Input = Tile<<N as Network>::Scalar, IN>, Output = Tile<<N as Network>::Scalar, OUT>>,
    [N::Scalar; IN]: Sample<N::Scalar, IN>,
    N::Output: Features<N::Scalar, Sample = [N::Scalar; OUT]>,
{
    for (i, number) in network.as_flat_mut().iter_mut().enumerate() {
        *number = N::Scalar::from_f64((((i * 7 + 3) % 16) as f64 - 7.5) / 16.0);
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.onnx");
    network.save_onnx(&path).unwrap();
    let committed = fixture(&format!("onnx/{name}.onnx"));
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::copy(&path, committed).unwrap();
        return;
    }
    assert!(fs::read(&path).unwrap() == fs::read(&committed).unwrap(), "{name} is written differently");
    let case = &cases[name];
    let outputs = network.predict_many(&rows::<IN, N::Scalar>(&case["inputs"]));
    let expected = rows::<OUT, N::Scalar>(&case["outputs"]);
    assert!(!outputs.is_empty() && outputs.len() == expected.len(), "{name}");
    for (output, expected) in outputs.iter().flatten().zip(expected.iter().flatten()) {
        let (output, expected) = (output.to_f64(), expected.to_f64());
        assert!((output - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{name}: {output} should be {expected}");
    }
    // and back
    let mut again = network.clone();
    again.as_flat_mut().fill(N::Scalar::ZERO);
    again.load_onnx(&path).unwrap();
    assert_eq!(again, network, "{name}");
}

/// A network for each activation, and the test that writes them all.
macro_rules! activations {
    ($($name:ident $(($($number:literal),*))?,)*) => {
        mod activation {
            $(pub mod $name {
                typenet::network! { pub Net = Dense(3 -> 4, $name $(($($number),*))?), Dense(4 -> 2) }
            })*
        }

        #[test]
        fn activations() {
            let (rng, cases) = (&mut StdRng::seed_from_u64(0), json("onnx.json"));
            $(written(stringify!($name), activation::$name::Net::new(rng), &cases);)*
        }
    };
}

activations! {
    linear, relu, leaky_relu(0.01), relu6, elu(0.5), selu, celu(0.5), gelu, gelu_tanh, silu, mish, sigmoid, log_sigmoid,
    hard_sigmoid, hard_silu, sparse_sigmoid, tanh, hard_tanh, softsign, softplus, squareplus(2.0), sparse_plus,
    exponential, hard_shrink(0.75), soft_shrink(0.75), tanh_shrink, threshold(0.5, -1.0), softmax, log_softmax, sparsemax,
}

mod my {
    use typenet::activations::{Elementwise, KeepInput};
    use typenet::prelude::*;
    use typenet::simd::{Simd, SimdFloat};

    /// `x^2`
    #[derive(Clone, Copy, Debug)]
    pub struct Square;

    impl Elementwise for Square {
        type Keep = KeepInput;
        const NAME: &'static str = "square";

        fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
            x * x
        }

        fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
            x + x
        }
    }
}

const SLOPE: f64 = 0.25;
const EPSILON: f64 = 0.0625;

network! {
    Body = Dense(4 -> 8, leaky_relu), Dense(8 -> 4, tanh);
    Prepared = Rescaling(3, scale = 0.25, offset = -0.5), PReLU, Dense(4, tanh), PReLU, Dense(2);
    Normalized = Dense(3 -> 4, tanh), LayerNormalization, Dense(4, tanh), [LayerNormalization(center = false); 2],
        Residual(LayerNormalization(scale = false, epsilon = EPSILON), Dense(4)), RMSNormalization(epsilon = 0.25),
        [Residual(RMSNormalization); 2], Dropout(0.5), LayerNormalization(center = false, scale = false), Dense(2);
    Grouped = Dense(3 -> 6, tanh), GroupNormalization(groups = 3), Residual(GroupNormalization(groups = 2, center = false)),
        [GroupNormalization(groups = 3, scale = false, epsilon = 0.25); 2], Dense(6, tanh),
        GroupNormalization(groups = 2, center = false, scale = false), Dense(2);
    // the exact numbers are negative for some of the variances
    BatchNormalized = Dense(3 -> 4, tanh), BatchNormalization(epsilon = 1),
        Residual(BatchNormalization(center = false, epsilon = 1)), [BatchNormalization(scale = false, epsilon = 1); 2],
        BatchNormalization(center = false, scale = false, epsilon = 1), Dense(2);
    Branches = Concatenate(Embedding(3 -> 6, input_dim = 5), (Dense(4, tanh), Glu), linear), Dense(6, tanh),
        Residual(Dense(12), Glu), [Concatenate(Dense(2), (tanh, Dense(4))); 2], Dense(2);
    Body64: f64 = Dense(6 -> 4, tanh), Dense(4 -> 4, silu);
    Repeated: f64 = RepeatVector(3 -> 6), Dense(4, relu), Glu, RepeatVector(6), odd: Concatenate(Body64, Dense(2)), Dense(2);
    Merged = Concatenate(Dense(3 -> 4, tanh), Dense(4)), Multiply, Concatenate(linear, Dense(4)), Maximum,
        Concatenate(Dense(4), tanh), Subtract, Concatenate(Dense(4), linear), Minimum, Concatenate(Dense(4), tanh), Average,
        Concatenate(Dense(4), tanh), Add;
    Rows: f64 = Embedding(3 -> 9, input_dim = 5), Dense(2);
    Directed = UnitNormalization(3), Dense(2);
    Alike = Concatenate(Dense(3 -> 4, tanh), Dense(4)), Concatenate(Dot, Dot(normalize = true)), Dense(2);
    Measured = Normalization(3), Dense(4, tanh), Residual(Normalization(invert = true), Dense(4, tanh)), Dense(2),
        Normalization(invert = true);
    NormalizedDouble: f64 = Rescaling(3, scale = 0.25, offset = -0.5), LayerNormalization(epsilon = 0.125),
        RMSNormalization(epsilon = EPSILON), Dense(4, tanh), UnitNormalization, Dense(2);
    Parted = Concatenate((First(3 -> 2), Dense(2, tanh)), (Last(2), First(1)), Last(2)), Dense(2);
    Structure = Dense(3 -> 4, relu, bias = false), celu, [Dense(4 -> 4, tanh); 3], Residual(Dense(4 -> 4, elu)),
        [Residual(Dense(4 -> 8, relu), Dense(8 -> 4)); 2], Residual([Dense(4 -> 4, sigmoid); 2]), Residual(Body), Body,
        head: Dense(4 -> 2, softmax);
    Double: f64 = Dense(3 -> 4, tanh), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Squares = Dense(3 -> 4, relu), odd: Dense(4 -> 2, my::Square);
    Named = Dense(3 -> 4, leaky_relu(SLOPE))
}

#[test]
fn structures() {
    let (rng, cases) = (&mut StdRng::seed_from_u64(0), json("onnx.json"));
    written("structure", Structure::new(rng), &cases);
    written("double", Double::new(rng), &cases);
    written("prepared", Prepared::new(rng), &cases);
    written("normalized", Normalized::new(rng), &cases);
    written("grouped", Grouped::new(rng), &cases);
    written("batch_normalized", BatchNormalized::new(rng), &cases);
    written("branches", Branches::new(rng), &cases);
    written("repeated", Repeated::new(rng), &cases);
    written("merged", Merged::new(rng), &cases);
    written("rows", Rows::new(rng), &cases);
    written("directed", Directed::new(rng), &cases);
    written("measured", Measured::new(rng), &cases);
    written("parted", Parted::new(rng), &cases);
    written("alike", Alike::new(rng), &cases);
    written("normalized_double", NormalizedDouble::new(rng), &cases);
}

#[test]
fn what_onnx_does_not_have() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.onnx");
    let rng = &mut StdRng::seed_from_u64(0);
    let refused = |error: typenet::Error, fault: &str| {
        assert!(error.to_string().ends_with(fault), "{error}");
        assert!(!Path::new(&path).exists());
    };
    let error = Squares::new(rng).save_onnx(&path).unwrap_err();
    refused(error, "the activation of layer `odd` is `my::Square`, which ONNX does not have");
    let error = Named::new(rng).save_onnx(&path).unwrap_err();
    refused(error, "the activation of layer `dense` is `leaky_relu(SLOPE)`, which ONNX does not have");
    let mut broken = Double::new(rng);
    broken.dense_1.bias[2] = f64::NAN;
    refused(broken.save_onnx(&path).unwrap_err(), "number 2 of tensor `dense_1.bias` is NaN");
}

network! {
    Torch = Dense(3 -> 5, relu), Dense(5 -> 5, tanh, bias = false), Dense(5 -> 2);
    TorchWithBias = Dense(3 -> 5, relu), Dense(5 -> 5, tanh), Dense(5 -> 2);
    TorchWithout = Dense(3 -> 5, relu, bias = false), Dense(5 -> 5, tanh, bias = false), Dense(5 -> 2);
    TorchNarrow = Dense(3 -> 4, relu), Dense(4 -> 5, tanh, bias = false), Dense(5 -> 2);
    TorchShort = Dense(3 -> 5, relu), Dense(5 -> 5, tanh, bias = false);
    TorchLong = Dense(3 -> 5, relu), Dense(5 -> 5, tanh, bias = false), Dense(5 -> 2), Dense(2 -> 2);
    MatMulAndAdd: f64 = Dense(3 -> 4, tanh), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    MatMulInF32 = Dense(3 -> 4, tanh), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Gemm = Dense(3 -> 2);
    TorchLayers = Dense(3 -> 5, relu), LayerNormalization(epsilon = 1e-5), Dense(4, bias = false), PReLU,
        RMSNormalization(epsilon = 1.192_092_9e-7), Dropout(0.5),
        LayerNormalization(center = false, scale = false, epsilon = 1e-5), Dense(4), PReLU, Dense(2);
    TorchBranches = Concatenate(Embedding(3 -> 6, input_dim = 5), Dense(4, tanh)), Dense(6), Glu, Dense(2);
    Keras = Dense(3 -> 5, relu), LayerNormalization, PReLU, Dense(4, tanh, bias = false), RMSNormalization,
        LayerNormalization(scale = false), Residual(Dense(4, silu)), Dense(2, softmax);
    KerasWithScale = Dense(3 -> 5, relu), LayerNormalization, PReLU, Dense(4, tanh, bias = false), RMSNormalization,
        LayerNormalization, Residual(Dense(4, silu)), Dense(2, softmax);
    TorchNoScale = Dense(3 -> 5, relu), LayerNormalization(scale = false), Dense(4, bias = false), PReLU,
        RMSNormalization, LayerNormalization(center = false, scale = false), Dense(4), PReLU, Dense(2);
    TorchNoCenter = Dense(3 -> 5, relu), LayerNormalization(center = false), Dense(4, bias = false), PReLU,
        RMSNormalization, LayerNormalization(center = false, scale = false), Dense(4), PReLU, Dense(2);
    TorchRelu = Dense(3 -> 5, relu), LayerNormalization, Dense(4, bias = false), relu,
        RMSNormalization, LayerNormalization(center = false, scale = false), Dense(4), PReLU, Dense(2);
    TorchNotRms = Dense(3 -> 5, relu), LayerNormalization, Dense(4, bias = false), PReLU,
        UnitNormalization, LayerNormalization(center = false, scale = false), Dense(4), PReLU, Dense(2);
    ScikitLearn = Dense(3 -> 5, relu), Dense(4, relu), Dense(3, softmax);
    Pipeline = Normalization(3), Dense(5, relu), Dense(4, relu), Dense(3, softmax);
    WiderPipeline = Normalization(4), Dense(5, relu), Dense(4, relu), Dense(3, softmax);
    InvertedPipeline = [Normalization(3, invert = true); 1], Dense(5, relu), Dense(4, relu), Dense(3, softmax)
}

/// Loads a model that others have written, and compares predictions with theirs.
fn loaded<N, const IN: usize, const OUT: usize>(name: &str, mut network: N, tolerance: f64)
where
    N: Network<Input = Tile<<N as Network>::Scalar, IN>, Output = Tile<<N as Network>::Scalar, OUT>>,
    [N::Scalar; IN]: Sample<N::Scalar, IN>,
    N::Output: Features<N::Scalar, Sample = [N::Scalar; OUT]>,
{
    network.load_onnx(fixture(&format!("{name}.onnx"))).unwrap();
    predicts(&network, &json("from_onnx.json")[name], tolerance);
}

#[test]
fn what_others_have_written_is_loaded() {
    let rng = &mut StdRng::seed_from_u64(0);
    loaded("onnx_torch", Torch::new(rng), 1e-6);
    loaded("onnx_matmul", MatMulAndAdd::new(rng), 1e-14);
    loaded("onnx_gemm", Gemm::new(rng), 1e-6);
    loaded("onnx_torch_layers", TorchLayers::new(rng), 1e-6);
    loaded("onnx_torch_branches", TorchBranches::new(rng), 1e-6);
    loaded("onnx_keras", Keras::new(rng), 1e-6);
    loaded("onnx_scikit_learn", ScikitLearn::new(rng), 1e-6);
    loaded("onnx_scaler", Pipeline::new(rng), 1e-6);
}

/// Loads a file and expects this fault, and a network that stays as it was.
fn refused<N: Network>(mut network: N, path: &Path, fault: &str) {
    let before = network.clone();
    let error = network.load_onnx(path).unwrap_err().to_string();
    assert!(error.contains(&path.display().to_string()) && error.ends_with(fault), "{error}\nshould end: {fault}");
    assert_eq!(network, before);
}

#[test]
fn another_model_is_refused() {
    let rng = &mut StdRng::seed_from_u64(0);
    let torch = &fixture("onnx_torch.onnx");
    let fault = "there is no tensor for `dense_1.bias`: the next layer in it is `4.weight`";
    refused(TorchWithBias::new(rng), torch, fault);
    refused(TorchWithout::new(rng), torch, "there is a tensor `0.bias`, which this network does not have");
    let fault = "tensor `0.weight`, for `dense.kernel`, should be F32 [4, 3], but is F32 [5, 3]";
    refused(TorchNarrow::new(rng), torch, fault);
    refused(TorchShort::new(rng), torch, "there is a tensor `4.weight`, which this network does not have");
    refused(TorchLong::new(rng), torch, "there is no tensor for `dense_3.kernel`");
    let layers = &fixture("onnx_torch_layers.onnx");
    refused(TorchNoScale::new(rng), layers, "there is a tensor `2.weight`, which this network does not have");
    refused(TorchNoCenter::new(rng), layers, "there is a tensor `2.bias`, which this network does not have");
    refused(TorchRelu::new(rng), layers, "there is a tensor `val_3`, which this network does not have");
    refused(TorchNotRms::new(rng), layers, "there is a tensor `5.weight`, which this network does not have");
    let fault = "there is no tensor for `layer_normalization_1.gamma`: the next layer in it is \
                 `functional_1/dense_2_1/Cast/ReadVariableOp:0`";
    refused(KerasWithScale::new(rng), &fixture("onnx_keras.onnx"), fault);
    let fault = "tensor `dense/kernel`, for `dense.kernel`, should be F32 [3, 4], but is F64 [3, 4]";
    refused(MatMulInF32::new(rng), &fixture("onnx_matmul.onnx"), fault);
    let scaler = &fixture("onnx_scaler.onnx");
    let fault = "it holds a `Scaler`, as scikit-learn has it, and this network has no `Normalization` there";
    refused(ScikitLearn::new(rng), scaler, fault);
    refused(WiderPipeline::new(rng), scaler, "its `Scaler` should have 4 numbers for `normalization.mean`, but has 3");
    let fault =
        "it holds a `Scaler`, which normalises, and `normalization.mean` is of a `Normalization` with `invert = true`";
    refused(InvertedPipeline::new(rng), scaler, fault);
    let fault = "there is no tensor for `normalization.mean`: the next layer in it is `coefficient`";
    refused(Pipeline::new(rng), &fixture("onnx_scikit_learn.onnx"), fault);
    let fault = "it holds a `LinearClassifier` as scikit-learn has it, whose numbers are no tensors; what is read are the \
                 weights of `Gemm`, `MatMul`, `PRelu`, `Gather` and of normalisations, such as those of an `MLPClassifier`";
    refused(ScikitLearn::new(rng), &fixture("onnx_logistic.onnx"), fault);
    refused(Gemm::new(rng), &fixture("keras.safetensors"), "it is no ONNX file, or not all of one");
    refused(Gemm::new(rng), &fixture(""), "this is a directory");
}

#[test]
fn the_other_way_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.onnx");
    let rng = &mut StdRng::seed_from_u64(0);
    let fault = "there is no tensor for `normalization.mean`: the next layer in it is `dense.kernel`";
    Pipeline::new(rng).save_onnx(&path).unwrap();
    refused(InvertedPipeline::new(rng), &path, fault);
    InvertedPipeline::new(rng).save_onnx(&path).unwrap();
    refused(Pipeline::new(rng), &path, fault);
}

#[test]
fn mutated_models_are_no_harm() {
    let rng = &mut StdRng::seed_from_u64(3);
    mutated("onnx_torch", Torch::new(rng), rng);
    mutated("onnx_torch_layers", TorchLayers::new(rng), rng);
    mutated("onnx_torch_branches", TorchBranches::new(rng), rng);
    mutated("onnx_keras", Keras::new(rng), rng);
    mutated("onnx_scaler", Pipeline::new(rng), rng);
}

/// Changes a good file in a thousand ways.
fn mutated<N: Network>(name: &str, mut network: N, rng: &mut StdRng) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.onnx");
    let good = fs::read(fixture(&format!("{name}.onnx"))).unwrap();
    let mut refused = 0;
    for round in 0..1000 {
        let mut bytes = good.clone();
        for _ in 0..rng.random_range(1..4) {
            let place = rng.random_range(0..bytes.len());
            match round % 3 {
                0 => bytes[place] ^= 1 << rng.random_range(0..8),
                1 => bytes[place] = 0xff,
                _ => bytes.truncate(place.max(1)),
            }
        }
        fs::write(&path, &bytes).unwrap();
        let before = network.clone();
        let (result, peak) = peak(|| network.load_onnx(&path));
        assert!(peak < 2 * good.len() + 4096, "{peak} bytes");
        if result.is_err() {
            refused += 1;
            assert_eq!(network, before);
        }
        assert!(network.as_flat().iter().all(|number| number.finite()));
    }
    // a changed number is still a number
    assert!(refused > 300, "{refused} of {name}");
}
