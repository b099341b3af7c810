//! Sizes that are not those of the network.
typenet::network! {
    Body = Dense(4 -> 4, relu);
    Xor = Dense(2 -> 4, relu), Body(4 -> 5), Dense(4 -> 2, softmax)
}

include!("../program.rs");
