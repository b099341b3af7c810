//! An activation alone and by name.
typenet::network! {
    Xor = Dense(2 -> 4, relu, activation = tanh), Dense(2, softmax)
}

include!("../program.rs");
