//! A size as an option, as Keras has it.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(2, softmax, units = 2)
}

include!("../program.rs");
