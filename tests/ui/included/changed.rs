//! One bit of the last number has changed since the file was written.
typenet::network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }

typenet::include_network!(XOR: Xor = "changed.safetensors");

fn main() {
    println!("{:?}", XOR.predict(&[1.0, -1.0]));
}
