//! A struct with parameters.
#[typenet::attribute::network(Dense(2 -> 4, relu), Dense(4 -> 2, softmax))]
pub struct Xor<T>;

include!("../program.rs");
