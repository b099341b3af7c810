//! An attribute for functions.
typenet::network! {
    #[inline]
    Xor = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
