//! An empty list.
typenet::network! {
    Xor =
}

include!("../program.rs");
