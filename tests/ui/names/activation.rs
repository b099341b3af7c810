//! An activation's name with a slip.
typenet::network! {
    Xor = Dense(2 -> 4, rellu), Dense(2, sofmax)
}

include!("../program.rs");
