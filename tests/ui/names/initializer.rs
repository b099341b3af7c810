//! An initialiser's name with a slip.
typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_initializer = he_unifrom), Dense(2, softmax)
}

include!("../program.rs");
