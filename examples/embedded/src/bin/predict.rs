//! Predicts with a network that is built into the program: no heap, no file, nothing to do at the start.
//!
//! The program cannot panic, or it would not link: `cannot_panic` says why.
#![no_std]
#![no_main]

use core::hint::black_box;

use embedded::print;
use typenet::{include_network, network};

network! {
    /// Tells points of the first and third quadrants from the others.
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)
}

include_network!(XOR: Xor = "../data/xor.safetensors");

/// What a sensor would say.
const POINTS: [[f32; 2]; 4] = [[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]];

embedded::main!(run);
embedded::cannot_panic!();

fn run() {
    for point in POINTS {
        // or the compiler would predict while it compiles
        let [same, different] = XOR.predict(&black_box(point));
        print(if same > different { "same sign" } else { "different signs" });
    }
}
