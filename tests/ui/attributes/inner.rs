//! An inner attribute.
typenet::network! {
    #![allow(dead_code)]
    Xor = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
