//! A scalar type that there is not.
#[typenet::attribute::network(scalar = f16, Dense(2 -> 4, relu), Dense(4 -> 2, softmax))]
pub struct Xor;

include!("../program.rs");
