//! An option that there is not.
typenet::network! {
    Xor = Dense(2 -> 4, relu, dropout = 0.5), Dense(2, softmax)
}

include!("../program.rs");
