//! A network from elsewhere in a `Residual` that gives fewer numbers than it takes.
mod parts {
    typenet::network! { pub Body = Dense(4 -> 3, relu) }
}

typenet::network! {
    Xor = Dense(2 -> 4, relu), Residual(parts::Body), Dense(2, softmax)
}

include!("../program.rs");
