//! What is repeated does not give back what it takes.
typenet::network! {
    Xor = Dense(2 -> 4, relu), [Dense(4 -> 5, relu); 3], Dense(5 -> 2, softmax)
}

include!("../program.rs");
