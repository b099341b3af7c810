//! The size as an option.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(units = 2, activation = softmax)
}

include!("../program.rs");
