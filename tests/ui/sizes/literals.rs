//! Two literals that do not meet.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(5 -> 2, softmax)
}

include!("../program.rs");
