//! Without any prelude: all that is written has its full path.
#![no_implicit_prelude]
#![allow(clippy::float_cmp, reason = "what was set is what is found")]

::renamed::network! {
    /// Everything that the macro writes for built-in layers.
    pub Crossed =
        first: Dense(2 -> 4, relu, kernel_initializer = constant(0.5), bias_initializer = ones),
        Dense(WIDTH, bias = false),
        leaky_relu,
        Dense(_ -> { WIDTH + 1 }, softmax);
    pub Double: f64 = Dense(3 -> 1, sigmoid);
    /// What the compiler checks and the macro cannot.
    pub Checked = Dense(2 -> WIDTH, ::renamed::activations::Relu), [Dense(_ -> 4); 2], parts::Body
}

/// A network that is declared elsewhere.
pub mod parts {
    ::renamed::network! { pub Body = Dense(4 -> 1, ::renamed::activations::Sigmoid) }
}

/// As many as four.
pub const WIDTH: ::core::primitive::usize = 4;

#[::core::prelude::v1::test]
fn networks_work_without_a_prelude() {
    let mut rng = <::rand::rngs::StdRng as ::rand::SeedableRng>::seed_from_u64(0);
    let crossed = Crossed::new(&mut rng);
    let output: [::core::primitive::f32; 5] = crossed.predict(&[0.5, -0.5]);
    let sum: ::core::primitive::f32 = ::core::iter::Iterator::sum(::core::iter::IntoIterator::into_iter(output));
    ::core::assert!((sum - 1.0).abs() < 1e-6);
    ::core::assert_eq!(crossed.first.kernel[(0, 0)], 0.5);
    ::core::assert_eq!(Crossed::PARAMETERS, 12 + 16 + 25);
    let double = Double::boxed(&mut rng);
    ::core::assert!(double.predict(&[0.0, 0.0, 0.0])[0] == 0.5);
    ::core::assert_eq!(Double::summary().parameters(), 4);
    ::core::assert_eq!(Checked::PARAMETERS, 12 + 2 * 20 + 5);
}
