//! A type that is no activation, after the last layer, where losses ask for it.
mod my {
    /// It lacks `Activation`.
    #[derive(Clone, Copy, Debug)]
    pub struct Square;
}

typenet::network! {
    Xor = Dense(2 -> 4, relu), Residual(Dense(4 -> 4, relu), Dense(4 -> 4)), Dense(2, my::Square)
}

include!("../program.rs");
