//! An option's number in quotes.
typenet::network! {
    Xor = Dense(2 -> 4, relu), LayerNormalization(epsilon = "1e-6"), Dense(2, softmax)
}

include!("../program.rs");
