//! A struct with fields.
#[typenet::attribute::network(Dense(2 -> 4, relu), Dense(4 -> 2, softmax))]
pub struct Xor {
    bias: f32,
}

include!("../program.rs");
