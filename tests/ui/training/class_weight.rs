//! Weights of two classes for a network that knows three.

use rand::SeedableRng as _;
use typenet::prelude::*;

typenet::network! {
    Classes = Dense(2 -> 4, relu), Dense(4 -> 3, softmax)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let mut classes = Classes::new(rng);
    let (x, y) = ([[1.0, 1.0]], [[1.0, 0.0, 0.0]]);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).class_weight([1.0, 2.0]);
    trainer.fit(&mut classes, (&x, &y), rng)?;
    println!("{:?}", classes.predict(&[0.5, -0.5]));
    Ok(())
}
