//! `_` for an output.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> _, softmax)
}

include!("../program.rs");
