//! What a regulariser is called elsewhere.
typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_regularizer = ridge(1e-4)), Dense(2, softmax)
}

include!("../program.rs");
