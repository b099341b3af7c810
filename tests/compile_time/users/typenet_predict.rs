use typenet::bytemuck::Zeroable;
use typenet::prelude::*;

network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }

// an array stands for numbers that have been learnt
fn weights() -> [f32; Xor::PARAMETERS] {
    std::array::from_fn(|index| (index as f32 * {number}.7).sin())
}

fn main() {
    let mut xor = Xor::zeroed();
    xor.as_flat_mut().copy_from_slice(&weights());
    // what is not known before the program runs
    let inputs = std::env::args().count() as f32;
    let outputs = xor.predict(&[inputs, -inputs]);
    std::process::exit(i32::from(outputs[0] > outputs[1]));
}
