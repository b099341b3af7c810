//! Labels as in an assignment.
//~ 2 mistakes
typenet::network! {
    Xor = hidden = Dense(2 -> 4, relu), last = Dense(4 -> 2, softmax)
}

include!("../program.rs");
