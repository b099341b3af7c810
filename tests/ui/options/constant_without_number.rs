//! An initialiser that needs a number.
typenet::network! {
    Xor = Dense(2 -> 4, relu, bias_initializer = constant), Dense(2, softmax)
}

include!("../program.rs");
