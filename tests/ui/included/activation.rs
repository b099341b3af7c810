//! A layer has had another activation, which its tensors do not show.
typenet::network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }

typenet::include_network!(XOR: Xor = "tanh.safetensors");

fn main() {
    println!("{:?}", XOR.predict(&[1.0, -1.0]));
}
