//! An activation that there is not.
typenet::network! {
    Xor = Dense(2 -> 4, maxout), Dense(2, softmax)
}

include!("../program.rs");
