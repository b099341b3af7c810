//! Two labels of one name within a layer.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Residual(a: Dense(4 -> 4, relu), a: Dense(4)), Dense(4 -> 2, softmax)
}

include!("../program.rs");
