//! A network as a layer of itself.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Xor, Dense(4 -> 2, softmax)
}

include!("../program.rs");
