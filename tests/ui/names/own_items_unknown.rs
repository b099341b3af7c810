//! Whatever has a path, where the path leads nowhere.
//~ 3 mistakes
mod my {}

typenet::network! {
    Xor =
        Dense(2 -> 4, relu, kernel_initializer = my::Halves),
        Dense(4, relu, kernel_regularizer = my::L3),
        Dense(2, softmax, bias_constraint = my::Small)
}

include!("../program.rs");
