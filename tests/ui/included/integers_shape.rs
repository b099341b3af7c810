//! A layer of the quantised network has had another size.
use typenet::quantized::Quantized;

typenet::network! { Wider = Dense(2 -> 5, relu), Dense(5 -> 4, relu), Dense(4 -> 2, softmax) }

typenet::include_network!(XOR: Quantized<Wider> = "int8.safetensors");

fn main() {
    println!("{:?}", XOR.predict(&[1.0, -1.0]));
}
