//! An option twice.
typenet::network! {
    Xor = Dense(2 -> 4, relu, bias = false, bias = true), Dense(2, softmax)
}

include!("../program.rs");
