//! A constant that does not exist.
//~ 2 errors: rustc helps otherwise in the struct than in what is implemented for it
pub const HIDDEN: usize = 4;

typenet::network! {
    Xor = Dense(2 -> HIDEN, relu), Dense(2, softmax)
}

include!("../program.rs");
