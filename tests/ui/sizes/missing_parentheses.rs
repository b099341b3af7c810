//! A layer without parentheses.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense
}

include!("../program.rs");
