//! One branch, and one without layers.
//~ 2 mistakes
typenet::network! {
    Xor = Concatenate(Dense(2 -> 4, relu)), Dense(2, softmax);
    Empty = Concatenate(Dense(2 -> 4, relu), ()), Dense(2, softmax)
}

include!("../program.rs");
