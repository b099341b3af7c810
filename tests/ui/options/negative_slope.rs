//! A slope that Keras refuses.
typenet::network! {
    Xor = Dense(2 -> 4), leaky_relu(-0.3), Dense(2, softmax)
}

include!("../program.rs");
