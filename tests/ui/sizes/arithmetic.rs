//! Arithmetic that is not in braces.
const HIDDEN: usize = 4;

typenet::network! {
    Xor = Dense(2 -> HIDDEN * 2, relu), Dense(2, softmax)
}

include!("../program.rs");
