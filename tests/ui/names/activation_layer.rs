//! An activation with a slip where a layer stands.
typenet::network! {
    Xor = Dense(2 -> 4), rellu, Dense(2, softmax)
}

include!("../program.rs");
