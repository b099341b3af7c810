//! Training something else.
//~ 2 errors: rustc names the trainer's type and what makes it

use rand::SeedableRng as _;
use typenet::prelude::*;

/// No network.
struct Other;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let mut xor = Xor::new(rng);
    let (x, y) = ([[1.0_f32, 1.0]], [[1.0_f32, 0.0]]);
    let mut other = Other;
    Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit(&mut other, (&x, &y), rng)?;
    xor.initialize(rng);
    println!("{:?}", xor.predict(&[0.5, -0.5]));
    Ok(())
}
