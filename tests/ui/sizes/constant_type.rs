//! A constant that is no `usize`.
const HIDDEN: i32 = 4;

typenet::network! {
    Xor = Dense(2 -> HIDDEN, relu), Dense(2, softmax)
}

include!("../program.rs");
