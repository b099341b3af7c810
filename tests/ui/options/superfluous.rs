//! An argument where none is taken.
typenet::network! {
    Xor = Dense(2 -> 4), relu(3), Dense(2, softmax)
}

include!("../program.rs");
