//! Noise with less than no width.
typenet::network! {
    Xor = GaussianNoise(2, -0.1), Dense(4, relu), Dense(2, softmax)
}

include!("../program.rs");
