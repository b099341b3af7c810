//! A first layer that gives half of what it takes, one number, or several of each, and the same where a constant comes in.
//~ 5 mistakes
const N: usize = 6;

typenet::network! {
    Gated = Glu, Dense(1, sigmoid);
    Product = Dot, Dense(1, sigmoid);
    Copied = RepeatVector(4), Dense(1, sigmoid);
    Multiple = Dense(3 -> 3), RepeatVector;
    Half = Dense(2 -> N), Glu;
    Xor = Dense(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
