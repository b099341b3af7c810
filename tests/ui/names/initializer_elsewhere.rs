//! An initialiser by its other name.
typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_initializer = xavier_uniform), Dense(2, softmax)
}

include!("../program.rs");
