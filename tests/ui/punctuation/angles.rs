//! Angles for parentheses.
typenet::network! {
    Xor = Dense<2, 4>, Dense(4 -> 2, softmax)
}

include!("../program.rs");
