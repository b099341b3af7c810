//! The same in a repetition.
mod parts {
    typenet::network! { pub Body = Dense(4 -> 3, relu) }
}

typenet::network! {
    Xor = Dense(2 -> 4, relu), [parts::Body; 3], Dense(2, softmax)
}

include!("../program.rs");
