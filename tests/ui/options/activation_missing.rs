//! A layer that needs an argument.
typenet::network! {
    Xor = Dense(2 -> 4), Activation, Dense(2, softmax)
}

include!("../program.rs");
