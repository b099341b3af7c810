//! A network over another scalar type as a layer.
typenet::network! {
    Body: f64 = Dense(4 -> 4, relu);
    Xor = Dense(2 -> 4, relu), Body, Dense(4 -> 2, softmax)
}

include!("../program.rs");
