//! The same in the last layer, and as a layer.
//~ 2 mistakes
mod my {}

typenet::network! {
    Xor = Dense(2 -> 4), Activation(my::Cube), Dense(2, my::Square)
}

include!("../program.rs");
