//! A label that is a number.
typenet::network! {
    Xor = 1: Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
