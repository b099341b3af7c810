//! Batches of inputs without targets.

use rand::SeedableRng as _;
use typenet::prelude::*;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let mut xor = Xor::new(rng);
    let batches = |_| [vec![[1.0_f32, 1.0]]];
    Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit_batches(&mut xor, batches, rng)?;
    println!("{:?}", xor.predict(&[0.5, -0.5]));
    Ok(())
}
