//! A colon for the equals sign.
typenet::network! {
    Xor = Dense(2 -> 4, relu, bias: false), Dense(2, softmax)
}

include!("../program.rs");
