//! Two numbers for an activation that takes one.
typenet::network! {
    Xor = Dense(2 -> 4, leaky_relu(0.1, 0.2)), Dense(2, softmax)
}

include!("../program.rs");
