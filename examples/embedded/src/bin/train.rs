//! Trains a network from its first weights on: no heap, all memory is known when the program is linked.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

use embedded::print;
use rand::SeedableRng as _;
use rand::rngs::Xoshiro128PlusPlus;
use typenet::HeaplessTrainer;
use typenet::prelude::*;

network! { Xor = Dense(2 -> 8, tanh), Dense(8 -> 2, softmax) }

const X: [[f32; 2]; 4] = [[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]];
const Y: [[f32; 2]; 4] = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]];

embedded::main!(run);

fn run() {
    let mut xor = Xor::new(&mut Xoshiro128PlusPlus::seed_from_u64(0));
    let mut trainer = HeaplessTrainer::<_, _, _, 1>::new(CategoricalCrossEntropy, Sgd::new(0.1).momentum(0.9));
    let mut loss = f64::INFINITY;
    for _ in 0..200 {
        match trainer.train_on_batch(&mut xor, (&X, &Y)) {
            Ok(before) => loss = before,
            Err(_) => return print("the loss is not finite"),
        }
    }
    print(if loss < 0.01 { "learnt" } else { "not learnt" });
    for point in X {
        let [same, different] = xor.predict(&point);
        print(if same > different { "same sign" } else { "different signs" });
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    embedded::exit()
}
