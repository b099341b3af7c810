//! A label that another layer has by default.
typenet::network! {
    Xor = Dense(2 -> 4, relu), dense: Dense(2, softmax)
}

include!("../program.rs");
