use rand::{SeedableRng, rngs::StdRng};
use typenet::prelude::*;

// for each network
network! { {name} = {layers} }
// end

fn main() -> Result<(), typenet::Error> {
    let rng = &mut StdRng::seed_from_u64({number});
    // for each network
    let mut net = {name}::boxed(rng);
    let (x, y) = (vec![[0.5; {inputs}]; 100], vec![[0.1; {outputs}]; 100]);
    Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01).momentum(0.9)).epochs(1).fit(&mut *net, (&x, &y), rng)?;
    println!("{:?}", net.predict(&x[0]));
    // end
    Ok(())
}
