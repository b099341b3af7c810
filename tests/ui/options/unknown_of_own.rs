//! An option that one's own layer does not have.
#[path = "../gate.rs"]
mod my;

typenet::network! {
    Xor = my::Gate(2 -> 2, gian = 2.0), Dense(2, softmax)
}

include!("../program.rs");
