//! An activation of one's own as a layer, by its path alone, which is a network's.
mod my {
    /// It belongs in an `Activation`.
    #[derive(Clone, Copy, Debug)]
    pub struct Square;
}

typenet::network! {
    Xor = Dense(2 -> 4), my::Square, Dense(2, softmax)
}

include!("../program.rs");
