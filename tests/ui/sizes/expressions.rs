//! Two expressions that do not meet.
const HIDDEN: usize = 4;

typenet::network! {
    Xor = Dense(2 -> { HIDDEN * 2 }, relu), Dense({ HIDDEN + 1 } -> 2, softmax)
}

include!("../program.rs");
