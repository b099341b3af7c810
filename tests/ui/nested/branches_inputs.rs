//! Branches that take different inputs.
typenet::network! {
    Xor = Concatenate(Dense(2 -> 4, relu), (Dense(3 -> 4), Dense(4))), Dense(2, softmax)
}

include!("../program.rs");
