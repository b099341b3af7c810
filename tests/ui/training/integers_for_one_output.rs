//! Integers as targets of a loss of one output.

use rand::SeedableRng as _;
use typenet::prelude::*;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 1, sigmoid)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let mut xor = Xor::new(rng);
    let (x, y) = (vec![[1.0, 1.0]], vec![1_usize]);
    Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit(&mut xor, (&x, &y), rng)?;
    println!("{:?}", xor.predict(&[0.5, -0.5]));
    Ok(())
}
