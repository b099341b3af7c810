//! A `;` between two layers within a layer.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Residual(Dense(4 -> 4, relu); Dense(4)), Dense(4 -> 2, softmax)
}

include!("../program.rs");
