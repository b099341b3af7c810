//! An initialiser that there is not.
typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_initializer = sparse_normal), Dense(2, softmax)
}

include!("../program.rs");
