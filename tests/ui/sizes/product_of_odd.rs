//! A product of two halves of an odd number.
typenet::network! {
    Xor = Dense(2 -> 5), Dot, Dense(2, softmax)
}

include!("../program.rs");
