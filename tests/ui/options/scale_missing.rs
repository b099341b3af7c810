//! A number that must be given.
typenet::network! {
    Xor = Rescaling(2), Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
