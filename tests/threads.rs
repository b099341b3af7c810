//! Any number of threads gives the same bits.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::prelude::*;

use crate::support::xor_samples;

typenet::network! {
    Wide = Dense(2 -> 200, tanh), Dense(200 -> 100, gelu), Dense(100 -> 2, softmax);
    Wide40 = Dense(40 -> 90, silu), Dense(90 -> 40);
    Nested = Dense(2 -> 40, tanh), [Wide40(40 -> 40); 2], Residual(Dense(40 -> 70, relu), Dense(70 -> 40)),
        Dense(40 -> 2, sigmoid)
}

/// Several threads predict what one predicts. The last tile is ragged, and the last thread has less to do than the others.
fn predictions<N: Network<Scalar = f32, Input = Tile<f32, 2>, Output = Tile<f32, 2>>>(network: &N) {
    let (x, _) = xor_samples(1001, &mut StdRng::seed_from_u64(0));
    for count in [0, 17, 1001] {
        let x = &x[..count];
        let bits = |outputs: &[[f32; 2]]| outputs.as_flattened().iter().map(|y| y.to_bits()).collect::<Vec<_>>();
        let expected = bits(&network.predict_many(x));
        for threads in [0, 1, 2, 3, 5] {
            let mut pass = Pass::new().threads(threads);
            for _ in 0..2 {
                let mut outputs = vec![[f32::NAN; 2]; count];
                pass.predict(network, x, &mut outputs).unwrap();
                assert_eq!(bits(&outputs), expected, "{count} samples, {threads} threads");
            }
        }
    }
}

#[test]
fn predictions_of_threads_are_those_of_one() {
    let rng = &mut StdRng::seed_from_u64(1);
    predictions(&Wide::new(rng));
    predictions(&Nested::new(rng));
}
