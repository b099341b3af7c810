//! What looks like sizes and is none.
//~ 2 mistakes
typenet::network! {
    Xor = Dense(2 -> 28x28, relu), Dense(?), Dense(2, softmax)
}

include!("../program.rs");
