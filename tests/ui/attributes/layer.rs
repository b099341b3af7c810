//! An attribute on a layer.
typenet::network! {
    Xor = #[allow(dead_code)] Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
