//! A visibility that there is not.
typenet::network! {
    pub(everywhere) Xor = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
