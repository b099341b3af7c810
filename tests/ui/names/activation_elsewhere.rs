//! An activation by its other name.
typenet::network! {
    Xor = Dense(2 -> 4, swish), Dense(2, softmax)
}

include!("../program.rs");
