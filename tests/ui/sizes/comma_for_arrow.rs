//! Sizes as other libraries write them.
typenet::network! {
    Xor = Dense(2, 4, relu), Dense(4, 2, softmax)
}

include!("../program.rs");
