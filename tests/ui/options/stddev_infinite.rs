//! Noise without a bound.
typenet::network! {
    Xor = GaussianNoise(2, f64::INFINITY), Dense(4, relu), Dense(2, softmax)
}

include!("../program.rs");
