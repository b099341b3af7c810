//! Generics where none are taken.
typenet::network! {
    Xor<T>: f32 = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
