//! An option that there is not.
#[typenet::attribute::network(dtype = f32, Dense(2 -> 4, relu), Dense(4 -> 2, softmax))]
pub struct Xor;

include!("../program.rs");
