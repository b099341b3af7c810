//! A width that only the compiler knows.
const WIDTH: f64 = 0.0 / 0.0;

typenet::network! {
    Xor = Dense(2 -> 4, relu, kernel_initializer = truncated_normal(0.0, WIDTH)), Dense(2, softmax)
}

include!("../program.rs");
