//! A keyword for a name.

typenet::network! {
    loop = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() {}
