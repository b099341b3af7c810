//! A log-softmax over one output.
typenet::network! {
    Xor = Dense(2 -> 2, relu), Dense(1, log_softmax), Dense(2, softmax)
}

include!("../program.rs");
