//! A size of zero.
typenet::network! {
    Xor = Dense(2 -> 0, relu), Dense(2, softmax)
}

include!("../program.rs");
