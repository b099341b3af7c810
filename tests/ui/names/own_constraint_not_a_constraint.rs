//! A type that is no constraint.
mod my {
    /// It lacks `Constraint`.
    #[derive(Clone, Copy, Debug)]
    pub struct Halves;
}

typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_constraint = my::Halves), Dense(2, softmax)
}

include!("../program.rs");
