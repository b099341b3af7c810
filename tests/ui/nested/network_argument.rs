//! A network as a layer takes no options.
typenet::network! {
    Body = Dense(4 -> 4, relu);
    Xor = Dense(2 -> 4, relu), Body(tanh), Dense(4 -> 2, softmax)
}

include!("../program.rs");
