//! A sample in `f64` for a network in `f32`.

use rand::SeedableRng as _;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() -> Result<(), typenet::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let xor = Xor::new(rng);
    let x: [f64; 2] = [1.0, 1.0];
    println!("{:?}", xor.predict(&x));
    println!("{:?}", xor.predict(&[0.5, -0.5]));
    Ok(())
}
