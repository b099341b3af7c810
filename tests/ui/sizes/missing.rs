//! A layer without sizes.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(softmax)
}

include!("../program.rs");
