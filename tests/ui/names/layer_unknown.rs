//! A layer that there is not.
typenet::network! {
    Xor = Capsule(2 -> 4), Dense(2, softmax)
}

include!("../program.rs");
