//! A negative size.
typenet::network! {
    Xor = Dense(2 -> -4, relu), Dense(2, softmax)
}

include!("../program.rs");
