//! The first layer does not state its input.
typenet::network! {
    Xor = Dense(4, relu), Dense(2, softmax)
}

include!("../program.rs");
