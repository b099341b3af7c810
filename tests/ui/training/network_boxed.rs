//! Training what holds a network.
//~ 2 errors: rustc names the trainer's type and what makes it

use rand::SeedableRng as _;
use typenet::prelude::*;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let mut xor = Xor::boxed(rng);
    Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit(&mut xor, (&[[1.0, 1.0]], &[[1.0, 0.0]]), rng)?;
    println!("{:?}", xor.predict(&[0.5, -0.5]));
    Ok(())
}
