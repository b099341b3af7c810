//! A sample of another width at `predict`.

use rand::SeedableRng as _;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let xor = Xor::new(rng);
    let y: [f32; 2] = xor.predict(&[1.0, 1.0, 1.0]);
    println!("{y:?}");
    println!("{:?}", xor.predict(&[0.5, -0.5]));
    Ok(())
}
