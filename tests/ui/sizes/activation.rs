//! An activation does not change the size.
typenet::network! {
    Xor = Dense(2 -> 4), Activation(4 -> 7, relu), Dense(2, softmax)
}

include!("../program.rs");
