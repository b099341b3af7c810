//! A layer as PyTorch calls it.
typenet::network! {
    Xor = Linear(2 -> 4, relu), Linear(2, softmax)
}

include!("../program.rs");
