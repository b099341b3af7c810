//! No layer after a comma.
typenet::network! {
    Xor = Dense(2 -> 4, relu), , Dense(2, softmax)
}

include!("../program.rs");
