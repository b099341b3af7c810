//! A label that is the name of a method.
typenet::network! {
    Xor = predict: Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
