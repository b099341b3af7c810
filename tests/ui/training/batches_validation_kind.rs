//! Batches of targets of another kind to validate on.

use rand::SeedableRng as _;
use typenet::prelude::*;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let mut xor = Xor::new(rng);
    let (x, y) = (vec![[1.0, 1.0]], vec![[1.0, 0.0]]);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1));
    trainer.fit_batches_validated(&mut xor, |_| [(&x, &y)], |_| [(&x, [0_usize])], rng)?;
    println!("{:?}", xor.predict(&[0.5, -0.5]));
    Ok(())
}
