//! A sample by value.

use rand::SeedableRng as _;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let xor = Xor::new(rng);
    println!("{:?}", xor.predict([1.0, 1.0]));
    println!("{:?}", xor.predict(&[0.5, -0.5]));
    Ok(())
}
