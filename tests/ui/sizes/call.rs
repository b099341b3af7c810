//! A call that is not in braces.
const fn hidden() -> usize {
    4
}

typenet::network! {
    Xor = Dense(2 -> hidden(), relu), Dense(2, softmax)
}

include!("../program.rs");
