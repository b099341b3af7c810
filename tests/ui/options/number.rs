//! A number that is no option.
typenet::network! {
    Xor = Dense(2 -> 4, relu, 0.5), Dense(2, softmax)
}

include!("../program.rs");
