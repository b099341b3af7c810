//! A repetition of expressions that gives back something else.
pub const HIDDEN: usize = 4;
pub const NARROW: usize = 3;

typenet::network! {
    Xor = Dense(2 -> HIDDEN, relu), [Dense(HIDDEN -> 4), Dense(4 -> { NARROW + 2 }); 3], Dense(2, softmax)
}

include!("../program.rs");
