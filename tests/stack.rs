//! An eighth of a thread's stack is enough for networks of every kind, also where nothing is optimised and every vector of
//! every function that is inlined has its place there, as here. `.ci/more` has it optimised too, and where the library is not.
//! A failure is an abort: the stack overflows.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::thread;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use typenet::prelude::*;

use crate::support::levels;

/// An eighth of the stack that Rust gives to a thread.
const STACK: usize = 256 * 1024;

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    // their parameters alone are larger than the stack
    Wide = Dense(2 -> 274, relu), Dense(274, relu), Dense(1);
    Wide64: f64 = Dense(2 -> 210, relu), Dense(210, relu), Dense(1);
    // as deep as it is, it takes no more than one layer
    Deep = Dense(2 -> 32, tanh), Dense(32, gelu), Dropout(0.1), Dense(32, silu), LayerNormalization, Dense(32, elu),
        Dense(32, selu), AlphaDropout(0.1), Dense(32, mish), UnitNormalization, Dense(32, softplus), RMSNormalization,
        Dense(32, tanh), Activation(softsign), Dense(32, hard_silu), GaussianNoise(0.1), Dense(32, gelu_tanh),
        GaussianDropout(0.1), Dense(32, log_sigmoid), ActivityRegularization(l2 = 0.01), Dense(10, softmax);
    Inner = LayerNormalization(43), Dense(43 -> 71, silu), Dropout(0.1), Dense(71 -> 43);
    Nested = Dense(2 -> 43, relu), [Residual(Inner(43 -> 43)); 3], PReLU, [Dense(43 -> 43, tanh); 2], Dense(10, softmax);
    Batches = Dense(2 -> 150, tanh), BatchNormalization, Dense(60, relu), BatchNormalization, Dense(10, softmax);
    // a tile of its layers is larger than the stack
    Broad = Dense(2 -> 5_000, relu), Residual(Rescaling(scale = 0.5)), [PReLU; 2], Dropout(0.5), Dense(1)
}

/// All that a program does with a network, in a thread with a small stack, with every instruction set.
macro_rules! lives {
    ($($test:ident: $network:ident, $number:ty, $loss:expr, $optimizer:expr, $target:expr;)*) => {$(
        #[test]
        fn $test() {
            let work = |level| {
                let rng = &mut StdRng::seed_from_u64(0);
                let x: Vec<[$number; 2]> = (0..40).map(|_| [(), ()].map(|()| rng.random_range(-1.0..1.0))).collect();
                let y: Vec<_> = x.iter().copied().map($target).collect();
                let mut network = $network::boxed(rng);
                let mut trainer = Trainer::new($loss, $optimizer).metric(Accuracy).batch_size(20).level(level);
                let before = trainer.evaluate(&*network, (&x, &y)).unwrap().loss;
                trainer.fit(&mut *network, (&x, &y), rng).unwrap();
                let after = trainer.evaluate(&*network, (&x, &y)).unwrap().loss;
                assert!(before.to_bits() != after.to_bits(), "a step changes something");
                let one = network.predict(&x[0]);
                let mut pass = Pass::new().with_level(level);
                let mut many = network.predict_many(&x);
                pass.predict(&*network, &x, &mut many).unwrap();
                pass.backward(&*network, &x, &many, &mut []).unwrap();
                trainer.apply_gradient(&mut *network, &mut pass);
                assert!(one.iter().all(|y| y.is_finite()));
            };
            for level in levels() {
                thread::Builder::new().stack_size(STACK).spawn(move || work(level)).unwrap().join().unwrap();
            }
        }
    )*};
}

const _: () = assert!(size_of::<Wide>() > STACK && size_of::<Wide64>() > STACK);

/// Which side of a line a point lies on.
fn side([a, b]: [f32; 2]) -> u8 {
    u8::from(a > b)
}

lives! {
    xor: Xor, f32, BinaryCrossEntropy, Sgd::new(0.01).momentum(0.9),
        |x| [[1.0, 0.0], [0.0, 1.0]][usize::from(side(x))];
    wide: Wide, f32, MeanSquaredError, Sgd::new(0.01), |x| [x[0]];
    doubles: Wide64, f64, MeanSquaredError, Sgd::new(0.01), |x| [x[0]];
    adam: Wide, f32, MeanSquaredError, Adam::new(0.01), |x| [x[0]];
    deep: Deep, f32, SparseCategoricalCrossEntropy, AdamW::new(0.01), side;
    nested: Nested, f32, SparseCategoricalCrossEntropy, Adam::new(0.01).amsgrad().clipnorm(1.0).use_ema(0.9, None), side;
    batches: Batches, f32, SparseCategoricalCrossEntropy, RmsProp::new(0.01), side;
    broad: Broad, f32, MeanSquaredError, Sgd::new(1e-4), |x| [x[0]];
}
