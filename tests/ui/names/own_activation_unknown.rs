//! An activation by a path that leads nowhere.
mod my {}

typenet::network! {
    Xor = Dense(2 -> 4, my::Square), Dense(2, softmax)
}

include!("../program.rs");
