//! An activation that there is not, where losses ask for it.
typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(2, maxout)
}

include!("../program.rs");
