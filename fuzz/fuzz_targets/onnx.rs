//! ONNX models.
#![no_main]

use libfuzzer_sys::fuzz_target;
use typenet::prelude::*;
use typenet_fuzz::{check, file, rng};

network! {
    // as the models of the tests are
    Small = Dense(3 -> 4, relu), Dense(4 -> 2);
    Layers = Dense(3 -> 5, relu), LayerNormalization, Dense(4, bias = false), PReLU, RMSNormalization, Dense(4), PReLU, Dense(2);
    Branches = Concatenate(Embedding(3 -> 6, input_dim = 5), Dense(4, tanh)), Dense(6), Glu, Dense(2);
    Double: f64 = Dense(3 -> 4, tanh), Dense(4, relu), Dense(2, softmax)
}

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes);
    check(&mut Small::new(&mut rng()), |network| network.load_onnx(&path));
    check(&mut Layers::new(&mut rng()), |network| network.load_onnx(&path));
    check(&mut Branches::new(&mut rng()), |network| network.load_onnx(&path));
    check(&mut Double::new(&mut rng()), |network| network.load_onnx(&path));
});
