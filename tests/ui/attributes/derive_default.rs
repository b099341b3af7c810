//! A derive that floats do not have.
typenet::network! {
    #[derive(Eq)]
    Xor = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
