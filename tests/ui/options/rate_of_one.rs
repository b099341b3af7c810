//! A rate that would drop everything.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dropout(1.5), Dense(2, softmax)
}

include!("../program.rs");
