//! A label that is the name of the method that loads numbers of either type.
typenet::network! {
    Xor = load_cast: Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
