//! Layers alone.

typenet::network! {
    Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() {}
