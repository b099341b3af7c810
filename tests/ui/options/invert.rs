//! A word for a flag that is off by default.
typenet::network! {
    Xor = Normalization(2, invert = yes), Dense(2, softmax)
}

include!("../program.rs");
