//! Layers, activations and initialisers of one's own, by their paths.

#[path = "../gate.rs"]
pub mod my;

use crate::{rng, shapes};

typenet::network! {
    Gated = my::Gate(2 -> 2), self::my::Gate(2, gain = 2.0), crate::own::my::Gate(_ -> 2, gain = HALF + 0.25);
    Activated = Dense(2 -> 2, typenet::activations::Relu), Dense(2, activation = ::typenet::activations::Softmax);
    Initialized = Dense(2 -> 2, kernel_initializer = typenet::initializers::Ones)
}

const HALF: f64 = 0.5;

#[test]
fn layers_of_ones_own() {
    assert_eq!(shapes::<Gated>(), [(2, 2), (2, 2), (2, 2)]);
    assert_eq!(Gated::new(&mut rng()).predict(&[1.0, -2.0]), [1.5, -3.0]);
    assert_eq!(Gated::PARAMETERS, 0);
}

#[test]
fn activations_and_initializers_of_ones_own() {
    let sum: f32 = Activated::new(&mut rng()).predict(&[1.0, -2.0]).iter().sum();
    assert!((sum - 1.0).abs() < 1e-6);
    assert!(Initialized::new(&mut rng()).dense.kernel.iter().all(|w| *w == 1.0));
}
