//! Layers that cannot be repeated, within a part of the network.
typenet::network! {
    Xor = Dense(2 -> 4, relu), [Dense(4 -> 4, relu), Dense(4 -> 3); 2], Dense(2, softmax)
}

include!("../program.rs");
