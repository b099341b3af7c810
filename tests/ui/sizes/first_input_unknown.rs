//! `_` where nothing is known.
typenet::network! {
    Xor = Dense(_ -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
