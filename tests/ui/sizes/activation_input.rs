//! An activation that states another input.
typenet::network! {
    Xor = Dense(2 -> 4), Activation(3 -> 3, relu), Dense(2, softmax)
}

include!("../program.rs");
