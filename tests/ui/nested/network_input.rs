//! A network that does not meet the layer before it.
typenet::network! {
    Body = Dense(5 -> 4, relu);
    Xor = Dense(2 -> 4, relu), Body, Dense(4 -> 2, softmax)
}

include!("../program.rs");
