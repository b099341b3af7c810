//! Layers after the count of a repetition.
typenet::network! {
    Xor = Dense(2 -> 4, relu), [Dense(4 -> 4); 3, relu], Dense(2, softmax)
}

include!("../program.rs");
