//! A variance that is none.
use typenet::initializers::{Distribution, Mode};

typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_initializer = variance_scaling(0.0, Mode::FanIn, Distribution::Uniform)), Dense(2, softmax)
}

include!("../program.rs");
