//! A type that is no activation.
mod my {
    /// It lacks `Activation`.
    #[derive(Clone, Copy, Debug)]
    pub struct Square;
}

typenet::network! {
    Xor = Dense(2 -> 4, my::Square), Dense(2, softmax)
}

include!("../program.rs");
