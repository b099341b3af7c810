//! Keras's numbers of an `Embedding`.
typenet::network! {
    Xor = Embedding(100, 8), Dense(2, softmax)
}

include!("../program.rs");
