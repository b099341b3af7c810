//! A constant that does not exist.
pub const HIDDEN: usize = 4;

typenet::network! {
    Xor = Dense(2 -> HIDEN, relu), Dense(2, softmax)
}

include!("../program.rs");
