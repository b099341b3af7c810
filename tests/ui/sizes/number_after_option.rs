//! The one size after the activation.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(softmax, 2)
}

include!("../program.rs");
