//! Two labels of one name.
typenet::network! {
    Xor = hidden: Dense(2 -> 4, relu), hidden: Dense(2, softmax)
}

include!("../program.rs");
