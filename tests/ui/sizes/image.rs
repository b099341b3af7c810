//! An image for a layer that takes numbers.
typenet::network! {
    Xor = Dense([1, 2, 1] -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
