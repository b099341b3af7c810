//! A rate that only the compiler knows.
const RATE: f64 = 1.0;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dropout(RATE), Dense(2, softmax)
}

include!("../program.rs");
