//! A type that is no regularizer.
mod my {
    /// It lacks `Regularizer`.
    #[derive(Clone, Copy, Debug)]
    pub struct Halves;
}

typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_regularizer = my::Halves), Dense(2, softmax)
}

include!("../program.rs");
