//! A literal after a constant.
const HIDDEN: usize = 4;

typenet::network! {
    Xor = Dense(2 -> HIDDEN, relu), Dense(5 -> 2, softmax)
}

include!("../program.rs");
