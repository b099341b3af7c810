//! An option of another layer.
typenet::network! {
    Xor = Dense(2 -> 4), Activation(relu, bias = false), Dense(2, softmax)
}

include!("../program.rs");
