//! No layers.
#[typenet::attribute::network()]
pub struct Xor;

include!("../program.rs");
