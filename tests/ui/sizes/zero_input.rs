//! An input of zero.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(0 -> 2, softmax)
}

include!("../program.rs");
