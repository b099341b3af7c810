//! An activation as a string, where losses ask for it.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(2, "softmax")
}

include!("../program.rs");
