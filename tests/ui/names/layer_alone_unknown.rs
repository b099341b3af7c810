//! A layer that there is not, without sizes, and first.
typenet::network! {
    Xor = Flatten, Dense(4, relu), Dense(2, softmax)
}

include!("../program.rs");
