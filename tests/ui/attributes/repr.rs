//! An attribute that would change the layout.
typenet::network! {
    #[repr(packed)]
    Xor = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
