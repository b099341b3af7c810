//! An option's name with a slip.
typenet::network! {
    Xor = Dense(2 -> 4, relu, bais = false), Dense(2, softmax)
}

include!("../program.rs");
