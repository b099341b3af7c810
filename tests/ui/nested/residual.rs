//! What stands in a residual does not give back what it takes.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Residual(Dense(4 -> 8, relu), Dense(3)), Dense(4 -> 2, softmax)
}

include!("../program.rs");
