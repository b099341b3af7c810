//! Samples of another width at `predict_many`.

use rand::SeedableRng as _;
use typenet::prelude::*;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let xor = Xor::new(rng);
    let y = xor.predict_many(&[[1.0, 1.0, 1.0]]);
    println!("{}", y.len());
    println!("{:?}", xor.predict(&[0.5, -0.5]));
    Ok(())
}
