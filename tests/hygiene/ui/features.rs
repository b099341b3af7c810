//! Methods whose features this crate does not have.
use rand::SeedableRng as _;
use renamed::prelude::*;

renamed::network! { Line = Dense(1 -> 1) }

fn main() -> Result<(), renamed::Error> {
    let rng = &mut rand::rngs::StdRng::seed_from_u64(0);
    let mut line = Line::new(rng);
    Trainer::new(MeanSquaredError, Sgd::new(0.1)).threads(2).fit(&mut line, (&[1.0], &[2.0]), rng)?;
    line.save("line.safetensors")?;
    line.save_onnx("line.onnx")
}
