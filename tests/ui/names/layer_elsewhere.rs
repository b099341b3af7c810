//! A layer as PyTorch calls it.
//~ 2 mistakes
typenet::network! {
    Xor = Linear(2 -> 4, relu), Linear(2, softmax)
}

include!("../program.rs");
