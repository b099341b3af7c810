//! Nothing to go around.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Residual(), Dense(4 -> 2, softmax)
}

include!("../program.rs");
