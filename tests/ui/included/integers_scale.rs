//! A scale that none can be.
use typenet::quantized::Quantized;

typenet::network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }

typenet::include_network!(XOR: Quantized<Xor> = "negative.safetensors");

fn main() {
    println!("{:?}", XOR.predict(&[1.0, -1.0]));
}
