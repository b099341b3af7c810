//! A quantised network's file for one of floats.
typenet::network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }

typenet::include_network!(XOR: Xor = "int8.safetensors");

fn main() {
    println!("{:?}", XOR.predict(&[1.0, -1.0]));
}
