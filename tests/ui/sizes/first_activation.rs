//! An activation first, which knows no size.
typenet::network! {
    Xor = relu, Dense(2 -> 4), Dense(2, softmax)
}

include!("../program.rs");
