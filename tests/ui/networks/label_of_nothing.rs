//! A label without a layer.
typenet::network! {
    Xor = hidden: , Dense(2 -> 2, softmax)
}

include!("../program.rs");
