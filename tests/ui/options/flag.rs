//! A number for a flag.
typenet::network! {
    Xor = Dense(2 -> 4, relu, bias = 0), Dense(2, softmax)
}

include!("../program.rs");
