//! A layer of one's own with sizes that it does not take.
#[path = "../gate.rs"]
mod my;

typenet::network! {
    Xor = my::Gate(2 -> 4), Dense(2, softmax)
}

include!("../program.rs");
