//! Many mistakes in two declarations: one run names them all.
//~ 28 mistakes
typenet::network! {
    #[repr(packed)]
    pub Xor: f16 =
        type: Dense(2 -> 4, rellu),
        Dense(5 -> 0, relu, bais = true),
        Dens(4 -> 4; tanh, sigmoid) Dense(4.5, softmax, bias = 1, 2 -> 2);
    Other<T> = Dense(4, softmx), Activation, , type: Dense(1 -> 1, softmax, kernel_initializer = he),
    Xor = [relu]
}

include!("../program.rs");
