//! A loss of a user's own that does not implement what makes it one.
use rand::SeedableRng as _;
use typenet::prelude::*;

/// It lacks `Pointwise`.
#[derive(Clone, Copy, Debug)]
struct Fourth;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let mut xor = Xor::new(rng);
    let (x, y) = (vec![[1.0, 1.0]], vec![[1.0, 0.0]]);
    Trainer::<Xor, _, _>::new(Fourth, Sgd::new(0.1)).fit(&mut xor, (&x, &y), rng)?;
    println!("{:?}", xor.predict(&[0.5, -0.5]));
    Ok(())
}
