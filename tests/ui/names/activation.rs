//! An activation's name with a slip.
//~ 2 mistakes
typenet::network! {
    Xor = Dense(2 -> 4, rellu), Dense(2, sofmax)
}

include!("../program.rs");
