//! The name of a constant as a string.
typenet::network! {
    Xor = Dense(2 -> "HIDDEN", relu), Dense(2, softmax)
}

include!("../program.rs");
