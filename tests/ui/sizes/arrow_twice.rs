//! Two arrows in one layer.
typenet::network! {
    Xor = Dense(2 -> 4 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
