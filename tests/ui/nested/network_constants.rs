//! A network whose input is another constant than the output before it.
pub const WIDE: usize = 4;
pub const NARROW: usize = 3;

typenet::network! {
    Body = Dense(NARROW -> 4, relu);
    Xor = Dense(2 -> WIDE, relu), Body, Dense(2, softmax)
}

include!("../program.rs");
