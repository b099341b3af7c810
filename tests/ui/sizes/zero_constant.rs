//! A constant that is zero.
pub const NONE: usize = 0;

typenet::network! {
    Xor = Dense(2 -> NONE, relu), Dense(2, softmax)
}

include!("../program.rs");
