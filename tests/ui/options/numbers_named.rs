//! Numbers with names, as in Keras.
typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_initializer = random_normal(mean = 0.0, stddev = 0.05)), Dense(2, softmax)
}

include!("../program.rs");
