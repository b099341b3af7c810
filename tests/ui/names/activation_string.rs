//! An activation in quotation marks, as Keras has it.
typenet::network! {
    Xor = Dense(2 -> 4, activation = "relu"), Dense(2, softmax)
}

include!("../program.rs");
