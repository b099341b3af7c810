//! A number where a regulariser belongs.
typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_regularizer = 0.1), Dense(2, softmax)
}

include!("../program.rs");
