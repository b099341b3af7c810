//! On something else than a struct.
#[typenet::attribute::network(Dense(2 -> 4, relu), Dense(4 -> 2, softmax))]
fn xor() {}

fn main() {}
