//! A size with a fraction.
typenet::network! {
    Xor = Dense(2 -> 4.0, relu), Dense(2, softmax)
}

include!("../program.rs");
