//! The same mistakes as in the macro.
//~ 2 mistakes
#[typenet::attribute::network(Dense(2 -> 4, rellu), Dense(5 -> 2, softmax))]
pub struct Xor;

include!("../program.rs");
