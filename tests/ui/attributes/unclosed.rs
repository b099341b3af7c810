//! An attribute that is none.
typenet::network! {
    #derive(Eq) Xor = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
