//! A derive that the network has.
typenet::network! {
    #[derive(Debug, Clone)]
    Xor = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
