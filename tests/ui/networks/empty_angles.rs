//! An empty list in angles.
typenet::network! {
    Xor = <>
}

include!("../program.rs");
