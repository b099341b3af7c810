//! A dropout that does not say how much.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dropout(4), Dense(2, softmax)
}

include!("../program.rs");
