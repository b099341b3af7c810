//! As `predict`, with the same network in integers of eight bits.
//!
//! The program cannot panic, or it would not link: `cannot_panic` says why.
#![no_std]
#![no_main]

use core::hint::black_box;

use embedded::print;
use typenet::quantized::Quantized;
use typenet::{include_network, network};

network! {
    /// Tells points of the first and third quadrants from the others.
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)
}

include_network!(XOR: Quantized<Xor> = "../data/xor.int8.safetensors");

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
