//! An activation in a layer that has none.
typenet::network! {
    Xor = Dense(2 -> 4), LayerNormalization(relu), Dense(2, softmax)
}

include!("../program.rs");
