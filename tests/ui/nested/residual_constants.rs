//! A `Residual` of constants that gives back something else.
pub const HIDDEN: usize = 4;
pub const NARROW: usize = 3;

typenet::network! {
    Xor = Dense(2 -> HIDDEN, relu), Residual(Dense(HIDDEN -> NARROW)), Dense(2, softmax)
}

include!("../program.rs");
