//! Something after a layer.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax) 7
}

include!("../program.rs");
