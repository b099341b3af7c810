//! A flag without its name.
typenet::network! {
    Xor = Dense(2 -> 4, relu, false), Dense(2, softmax)
}

include!("../program.rs");
