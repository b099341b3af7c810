//! A similar name of what goes around layers.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Residul(Dense(4 -> 4)), Dense(_ -> 2, softmax)
}

include!("../program.rs");
