//! Sizes as other libraries write them.
//~ 2 mistakes
typenet::network! {
    Xor = Dense(2, 4, relu), Dense(4, 2, softmax)
}

include!("../program.rs");
