//! An activation as a type is written.
//~ 2 mistakes
typenet::network! {
    Xor = Dense(2 -> 4, ReLU), Dense(2, Softmax)
}

include!("../program.rs");
