//! A network without a name: nothing can be done with it.

typenet::network! {
    = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() {}
