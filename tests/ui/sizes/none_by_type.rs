//! Layers that take nothing, by their types and not through the macro, which refuses the size.
//~ 3 mistakes
use typenet::layers::{Embedding, GroupNormalization, RepeatVector};

const NORMALIZATION: GroupNormalization<0, 1> = GroupNormalization::new();
const REPEATED: RepeatVector<0, 0> = RepeatVector::new();
const TABLE: Embedding<1, 0, 0, 5> = Embedding::new();

fn main() {
    println!("{NORMALIZATION:?} {REPEATED:?} {TABLE:?}");
}
