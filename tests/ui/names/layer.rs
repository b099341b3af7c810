//! A layer's name with a slip.
typenet::network! {
    Xor = Dens(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
