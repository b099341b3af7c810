//! A layer of one's own that takes another number of inputs than its sizes say.
#[path = "../gate.rs"]
mod my;

/// Where the first size of a `Gate` is forgotten.
type Gate<const IN: usize, const OUT: usize> = my::Gate<OUT, OUT>;

typenet::network! {
    Xor = self::Gate(2 -> 4), Dense(2, softmax)
}

include!("../program.rs");
