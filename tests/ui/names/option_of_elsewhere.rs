//! Options that have longer names, or are something else.
//~ 4 mistakes
typenet::network! {
    Xor = Dense(2 -> 4, name = "first", init = he_normal), Dense(4, leaky_relu = 0.1, dropout = 0.5), Dense(2, softmax)
}

include!("../program.rs");
