//! An attribute without a network.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(2, softmax);
    #[allow(dead_code)]
}

include!("../program.rs");
