//! A name alone.
typenet::network! {
    Xor
}

include!("../program.rs");
