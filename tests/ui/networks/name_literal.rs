//! A string for a name.

typenet::network! {
    "Xor" = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() {}
