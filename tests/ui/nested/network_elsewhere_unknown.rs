//! A network from elsewhere that does not exist.
mod parts {}

typenet::network! {
    Xor = Dense(2 -> 4, relu), parts::Body, Dense(2, softmax)
}

include!("../program.rs");
