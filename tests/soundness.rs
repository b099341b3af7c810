//! Every kind of `unsafe` code, with networks small enough for Miri, which sees what no other test can: a reference that must not
//! be, memory that was never written, a pointer beyond its numbers.
//!
//! `MIRIFLAGS=-Zmiri-disable-isolation cargo +nightly miri test -p typenet-tests --test soundness --target riscv64gc-unknown-linux-gnu`
//!
//! takes some minutes, since Miri is an interpreter; here it runs in no time, and says whether the numbers are right. RISC-V
//! because `libm` has assembler for the square root on x86-64, which Miri does not know; the request of a cache line is
//! x86-64's alone and so the one kind that is not seen.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test fails by panicking")]

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use typenet::HeaplessTrainer;
use typenet::losses::Loss;
use typenet::optimizers::Optimizer;
use typenet::prelude::*;
use typenet::quantized::Quantized;

network! {
    Inner = Dense(4 -> 4, silu);
    Small = Dense(3 -> 4, relu), Dense(4 -> 2, softmax);
    /// Memory of every layer that has any: numbers that are trained, that are not, and none.
    Layers = Concatenate(Dense(3 -> 4, tanh, bias = false), (Embedding(3 -> 6, input_dim = 4), Glu)), Dense(_ -> 4),
        LayerNormalization, [Residual(Dense(4 -> 4, relu), Dropout(0.25)); 2], Inner, PReLU, GroupNormalization(groups = 2),
        Dense(2, softmax);
    Barred = Dense(3 -> 4), BatchNormalization, relu, Dense(2, softmax);
    Double: f64 = Dense(3 -> 5, gelu), Dense(5 -> 2, softmax);
    /// Beyond 1,024 parameters: tiles side by side, gradients that go to the optimizer in blocks, requests of the next samples.
    Large = Dense(3 -> 40, tanh), Dense(40 -> 24, relu, trainable = false), Dense(24 -> 2, softmax)
}

include_network! {
    BUILT_IN: Xor = "../examples/data/xor.safetensors"
}
include_network! {
    INTEGERS: Quantized<Xor> = "../examples/data/xor.int8.safetensors"
}
network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }

/// Two tiles, of which one is not full.
const SAMPLES: usize = 19;

fn samples(rng: &mut StdRng) -> (Vec<[f32; 3]>, Vec<[f32; 2]>) {
    let x: Vec<_> = (0..SAMPLES).map(|_| core::array::from_fn(|_| f32::from(rng.random_range(0..4_u8)))).collect();
    let y = x.iter().map(|x: &[f32; 3]| if x[0] > x[1] { [1.0, 0.0] } else { [0.0, 1.0] }).collect();
    (x, y)
}

/// Learns, and predicts one by one what many give at once; another network, loaded from its bytes, is equal.
fn trains<N, O>(optimizer: O)
where
    N: Network<Scalar = f32, Input = Tile<f32, 3>, Output = Tile<f32, 2>>,
    O: Optimizer,
    CategoricalCrossEntropy: Loss<f32, N::Head, Tile<f32, 2>, Tile<f32, 2>>,
{
    let rng = &mut StdRng::seed_from_u64(1);
    let (x, y) = samples(rng);
    let network = &mut *N::boxed(rng);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, optimizer).metric(Accuracy).batch_size(17).epochs(1);
    let first = trainer.evaluate(network, (&x, &y)).unwrap().loss;
    trainer.fit(network, (&x, &y), rng).unwrap();
    let last = trainer.evaluate(network, (&x, &y)).unwrap().loss;
    assert!(last < first, "{first} became {last}");
    assert!(network.as_flat().iter().all(|number| number.is_finite()));

    let many = network.predict_many(&x);
    for (x, many) in x.iter().zip(&many).step_by(6) {
        for (one, many) in network.predict(x).into_iter().zip(many) {
            assert!((one - many).abs() < 1e-5, "{one} and {many}");
        }
    }
    let mut other = N::boxed(rng);
    other.load_bytes(&network.to_bytes().unwrap()).unwrap();
    assert_eq!(&*other, network);
}

#[test]
fn small_networks() {
    trains::<Small, _>(Sgd::new(0.1).momentum(0.5));
}

#[test]
fn networks_of_all_layers() {
    trains::<Layers, _>(Adam::new(0.02).global_clipnorm(1.0));
}

#[test]
fn networks_that_wait_for_the_whole_batch() {
    trains::<Barred, _>(Sgd::new(0.1));
}

#[test]
fn large_networks() {
    trains::<Large, _>(Sgd::new(0.02).momentum(0.5));
}

/// A gradient from outside, and that of the inputs; in `f64`.
#[test]
fn passes() {
    let rng = &mut StdRng::seed_from_u64(2);
    let (x, _) = samples(rng);
    let x: Vec<_> = x.into_iter().map(|x| x.map(f64::from)).collect();
    let double = Double::new(rng);
    let mut pass = Pass::new();
    let mut d_inputs = vec![[0.0; 3]; SAMPLES];
    pass.backward(&double, &x, &[[1.0, -1.0]; SAMPLES], &mut d_inputs).unwrap();
    assert!(pass.gradient().as_flat().iter().any(|number| *number != 0.0));
    assert!(d_inputs.as_flattened().iter().any(|number| *number != 0.0));
}

/// A step without a heap is a step with one.
#[test]
fn steps_without_a_heap() {
    let rng = &mut StdRng::seed_from_u64(3);
    let (x, y) = samples(rng);
    let mut network = Small::new(rng);
    let mut same = network.clone();
    let mut heapless = HeaplessTrainer::<_, _, _, 2>::new(CategoricalCrossEntropy, Adam::new(0.01));
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(0.01));
    for _ in 0..2 {
        heapless.train_on_batch(&mut network, (&x, &y)).unwrap();
        trainer.train_on_batch(&mut same, (&x, &y)).unwrap();
    }
    assert_eq!(network, same);
}

/// Networks that are constants of the program, in floats and in integers, and one made of them while it runs.
#[test]
fn built_in_and_quantized() {
    let x = [[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]];
    let quantized: Quantized<Xor> = BUILT_IN.quantize(&x).unwrap();
    for (x, same) in x.iter().zip([true, false, true, false]) {
        for [yes, no] in [BUILT_IN.predict(x), INTEGERS.predict(x), quantized.predict(x)] {
            assert_eq!(yes > no, same, "{x:?}");
        }
    }
    assert_eq!(quantized, quantized.clone());
}
