//! A number without the name of the option.
//~ 2 mistakes
typenet::network! {
    Xor = Rescaling(2, scale = 0.5), BatchNormalization(0.9), Rescaling(0.5), Dense(2, softmax)
}

include!("../program.rs");
