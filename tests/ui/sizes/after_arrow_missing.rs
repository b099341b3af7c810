//! Nothing after the arrow.
typenet::network! {
    Xor = Dense(2 ->, relu), Dense(2, softmax)
}

include!("../program.rs");
