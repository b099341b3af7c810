//! A network over `f64` in integers.
use rand::{SeedableRng, rngs::StdRng};
use typenet::prelude::*;

network! { Net: f64 = Dense(2 -> 4, relu), Dense(4 -> 2) }

fn main() {
    let net = Net::new(&mut StdRng::seed_from_u64(0));
    let _ = net.quantize(&[[1.0, -1.0]]);
}
