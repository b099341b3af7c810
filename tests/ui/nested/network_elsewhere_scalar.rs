//! A network from elsewhere over another scalar type.
mod parts {
    typenet::network! { pub Body: f64 = Dense(4 -> 4, relu) }
}

typenet::network! {
    Xor = Dense(2 -> 4, relu), parts::Body, Dense(2, softmax)
}

include!("../program.rs");
