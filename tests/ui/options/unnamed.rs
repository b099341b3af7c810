//! An option of one's own layer without a name.
#[path = "../gate.rs"]
mod my;

typenet::network! {
    Xor = my::Gate(2 -> 2, 2.0), Dense(2, softmax)
}

include!("../program.rs");
