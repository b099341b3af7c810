//! Groups of which one would be smaller than the others.
typenet::network! {
    Xor = Dense(2 -> 4, relu), GroupNormalization(groups = 3), Dense(2, softmax)
}

include!("../program.rs");
