//! A private network as a layer of a public one.
typenet::network! {
    Body = Dense(4 -> 4, relu);
    pub Xor = Dense(2 -> 4), Body, Dense(2, softmax)
}

include!("../program.rs");
