//! Two constants that do not meet.
const FEW: usize = 4;

mod sizes {
    pub const MANY: usize = 5;
}

typenet::network! {
    Xor = Dense(2 -> FEW, relu), Dense(sizes::MANY -> 2, softmax)
}

include!("../program.rs");
