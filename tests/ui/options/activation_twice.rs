//! Two activations.
typenet::network! {
    Xor = Dense(2 -> 4, relu, tanh), Dense(2, softmax)
}

include!("../program.rs");
