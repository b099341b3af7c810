//! `struct` before the name.
typenet::network! {
    pub struct Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

include!("../program.rs");
