//! A network from elsewhere that takes another number of inputs.
mod parts {
    typenet::network! { pub Body = Dense(3 -> 4, relu) }
}

typenet::network! {
    Xor = Dense(2 -> 4, relu), parts::Body, Dense(2, softmax)
}

include!("../program.rs");
