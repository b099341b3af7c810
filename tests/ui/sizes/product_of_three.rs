//! A product of more than one number.
typenet::network! {
    Xor = Dense(2 -> 6), Dot(3), Dense(2, softmax)
}

include!("../program.rs");
