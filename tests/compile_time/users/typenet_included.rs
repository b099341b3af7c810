use typenet::{include_network, network};

network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }

include_network!(XOR: Xor = "../../../../../../examples/data/xor.safetensors");

fn main() {
    // what is not known before the program runs
    let inputs = (std::env::args().count() + {number}) as f32;
    let outputs = XOR.predict(&[inputs, -inputs]);
    std::process::exit(i32::from(outputs[0] > outputs[1]));
}
