use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::HeaplessTrainer;
use crate::prelude::*;
use crate::{Error, network};

network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Line = Dense(1 -> 1)
}

type Points = ([[f32; 2]; 37], [[f32; 2]; 37]);

/// Points of the plane, two tiles and a bit of a third, and their classes.
fn points(rng: &mut StdRng) -> Points {
    let x = core::array::from_fn(|_| core::array::from_fn(|_| rng.random_range(-2.0..2.0)));
    (x, x.map(|[a, b]: [f32; 2]| if a * b > 0.0 { [1.0, 0.0] } else { [0.0, 1.0] }))
}

/// Fifty steps with a heap and without give the same losses and the same network.
fn same_bits<O: Optimizer, const SLOTS: usize>(optimizer: O) -> Result<(), Error> {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut with = Xor::new(rng);
    let mut without = with.clone();
    let mut trainer = Trainer::new(BinaryCrossEntropy, optimizer.clone());
    let mut heapless = HeaplessTrainer::<_, _, _, SLOTS>::new(BinaryCrossEntropy, optimizer);
    for step in 0..50 {
        let (x, y) = points(rng);
        let (x, y) = (&x[..37 - step % 5], &y[..37 - step % 5]);
        let loss = trainer.train_on_batch(&mut with, (x, y))?;
        assert_eq!(loss.to_bits(), heapless.train_on_batch(&mut without, (x, y))?.to_bits());
        assert_eq!(with, without);
    }
    assert_eq!(heapless.iteration(), 50);
    Ok(())
}

#[test]
fn the_same_bits_as_with_a_heap() -> Result<(), Error> {
    same_bits::<_, 1>(Sgd::new(0.01).momentum(0.99).decay(0.001))?;
    same_bits::<_, 2>(Adam::new(0.01))?;
    same_bits::<_, 2>(Muon::new(0.01).exclude_layers(&["dense_2"]))
}

#[test]
fn a_loss_that_is_not_finite_leaves_the_last_good_network() -> Result<(), Error> {
    let mut line = Line::new(&mut StdRng::seed_from_u64(0));
    let mut trainer = HeaplessTrainer::<_, _, _, 1>::new(MeanSquaredError, Sgd::new(1e10));
    // each step multiplies the weight by about -2e10
    for _ in 0..2 {
        trainer.train_on_batch(&mut line, (&[1.0], &[0.0]))?;
    }
    let good = trainer.memory.previous.clone();
    let diverged = trainer.train_on_batch(&mut line, (&[1.0], &[0.0]));
    assert!(matches!(diverged, Err(Error::Diverged { epoch: 1, batch: 3, .. })), "{diverged:?}");
    assert_eq!(line, good);
    assert_eq!(trainer.iteration(), 2);
    trainer.train_on_batch(&mut line, (&[1.0], &[0.0]))?;
    Ok(())
}

#[test]
fn bad_data_changes_nothing() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut xor = Xor::new(rng);
    let before = xor.clone();
    let mut trainer = HeaplessTrainer::<_, _, _, 1>::new(BinaryCrossEntropy, Sgd::new(0.1));
    let (x, y) = ([[0.0; 2]; 3], [[0.5; 2]; 3]);
    let mut error = |x: &[[f32; 2]], y: &[[f32; 2]]| trainer.train_on_batch(&mut xor, (x, y)).err();
    assert!(matches!(error(&x, &y[..2]), Some(Error::CountMismatch { inputs: 3, targets: 2 })));
    assert!(matches!(error(&[], &[]), Some(Error::NoSamples)));
    assert!(matches!(error(&[[0.0, f32::NAN]], &y[..1]), Some(Error::InputNotFinite { sample: 0, index: 1, .. })));
    assert!(matches!(error(&x[..1], &[[2.0, 0.0]]), Some(Error::TargetNotProbability { sample: 0, .. })));
    assert_eq!(xor, before);
}
