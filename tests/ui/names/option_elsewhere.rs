//! What an option is called in Keras.
typenet::network! {
    Xor = Dense(2 -> 4, relu, use_bias = false), Dense(2, softmax)
}

include!("../program.rs");
