//! A label that is no name.
typenet::network! {
    Xor = _: Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
