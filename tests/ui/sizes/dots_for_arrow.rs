//! Dots, a word or nothing in the place of the arrow.
//~ 3 mistakes
typenet::network! {
    Xor = Dense(2 .. 4, relu), Dense(4 to 4), Dense(4 4), Dense(2, softmax)
}

include!("../program.rs");
