//! An option without a value.
typenet::network! {
    Xor = Dense(2 -> 4, relu, trainable), Dense(2, softmax)
}

include!("../program.rs");
