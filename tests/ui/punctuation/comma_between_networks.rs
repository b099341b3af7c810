//! A comma between two networks.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax),
    pub Other = Dense(2 -> 4)
}

include!("../program.rs");
