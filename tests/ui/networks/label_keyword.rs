//! A label that is a keyword.
typenet::network! {
    Xor = type: Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
