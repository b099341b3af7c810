//! Something after the list.
typenet::network! {
    Xor = < Dense(2 -> 4, relu), Dense(4 -> 2, softmax) > as well
}

include!("../program.rs");
