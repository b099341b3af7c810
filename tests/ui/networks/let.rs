//! `let` before the name.
typenet::network! {
    let Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

include!("../program.rs");
