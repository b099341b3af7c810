//! An attribute that there is not.
typenet::network! {
    #[networks]
    Xor = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
