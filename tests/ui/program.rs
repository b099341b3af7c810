// What every program with a mistake in its declaration goes on to do: no line of it may give an error of its own.

use rand::SeedableRng as _;
use typenet::prelude::*;

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let x = [[1.0, 1.0], [-1.0, 1.0]];
    let y = [[1.0, 0.0], [0.0, 1.0]];
    let mut xor = Xor::new(rng);
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).metric(Accuracy).epochs(2);
    let history = trainer.fit(&mut xor, (&x, &y), rng)?;
    println!("{history}, {:?}, {:?}", xor.predict(&x[0]), xor.predict_many(&x));
    println!("{}, {} parameters", Xor::summary(), Xor::PARAMETERS);
    xor.save("xor.safetensors")?;
    Xor::boxed(rng).load("xor.safetensors")
}
