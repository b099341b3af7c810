//! A regulariser's name with a slip.
typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_regularizer = l3(0.1)), Dense(2, softmax)
}

include!("../program.rs");
