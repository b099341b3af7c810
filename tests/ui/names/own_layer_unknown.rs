//! A layer of one's own that does not exist.
mod my {}

typenet::network! {
    Xor = my::Gate(2 -> 4), Dense(2, softmax)
}

include!("../program.rs");
