//! Constants as parameters.
typenet::network! {
    Xor<const N: usize> = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
