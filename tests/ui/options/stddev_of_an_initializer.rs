//! A width that Keras refuses.
typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_initializer = random_normal(0.0, -0.05)), Dense(2, softmax)
}

include!("../program.rs");
