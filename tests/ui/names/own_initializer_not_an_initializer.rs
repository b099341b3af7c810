//! A type that is no initialiser.
mod my {
    /// It lacks `Initializer`.
    #[derive(Clone, Copy, Debug)]
    pub struct Halves;
}

typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_initializer = my::Halves), Dense(2, softmax)
}

include!("../program.rs");
