//! Layers as the arguments of one that takes none.
//~ 2 mistakes
typenet::network! {
    Xor = Add(Dense(2 -> 4, relu), Dense(2 -> 4)), Dense(4 -> 4), relu(Dense(4 -> 4)), Dense(4 -> 2, softmax)
}

include!("../program.rs");
