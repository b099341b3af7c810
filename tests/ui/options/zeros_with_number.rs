//! An initialiser that takes none.
typenet::network! {
    Xor = Dense(2 -> 4, relu, bias_initializer = zeros(1.0)), Dense(2, softmax)
}

include!("../program.rs");
