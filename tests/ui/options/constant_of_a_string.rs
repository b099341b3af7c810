//! A string for a number.
typenet::network! {
    Xor = Dense(2 -> 4, relu, bias_initializer = constant("0.1")), Dense(2, softmax)
}

include!("../program.rs");
