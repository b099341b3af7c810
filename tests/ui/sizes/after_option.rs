//! The sizes after an option.
typenet::network! {
    Xor = Dense(relu, 2 -> 4), Dense(2, softmax)
}

include!("../program.rs");
