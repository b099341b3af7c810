//! A constraint's name with a slip.
typenet::network! {
    Xor = Dense(2 -> 4, relu, bias_constraint = max_nrom(2.0)), Dense(2, softmax)
}

include!("../program.rs");
