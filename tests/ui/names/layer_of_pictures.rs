//! A layer of pictures, which there are not.
typenet::network! {
    Xor = Conv2D(2 -> 4, relu), Dense(2, softmax)
}

include!("../program.rs");
