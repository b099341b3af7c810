//! An integer for a number with a fraction.
typenet::network! {
    Xor = Dense(2 -> 4, relu, bias_initializer = constant(1)), Dense(2, softmax)
}

include!("../program.rs");
