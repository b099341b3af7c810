//! A network as a layer before it is declared.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Body, Dense(4 -> 2, softmax);
    Body = Dense(4 -> 4, relu)
}

include!("../program.rs");
