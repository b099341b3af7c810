//! A scalar type that there is not.
typenet::network! {
    Xor: f16 = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
