//! A penalty that is a prize.
typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_regularizer = l1_l2(0.1, -0.5)), Dense(2, softmax)
}

include!("../program.rs");
