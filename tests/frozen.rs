//! Layers that are not trained: step by step as in Keras, and not moved by anything.
#![allow(missing_docs, clippy::unwrap_used, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Deserialize;
use typenet::bytemuck::Zeroable as _;
use typenet::prelude::*;
use typenet::{Error, HeaplessTrainer};

use crate::support::{all_close, close, fixture};

#[derive(Deserialize)]
struct Frozen {
    data: Vec<f64>,
    targets: Vec<f64>,
    batch_size: usize,
    start: Vec<f64>,
    trajectories: Vec<Trajectory>,
}

#[derive(Deserialize)]
struct Trajectory {
    name: String,
    losses: Vec<f64>,
    evaluated: f64,
    weights: Vec<f64>,
}

network! {
    First: f64 =
        Dense(3 -> 5, tanh, trainable = false, kernel_regularizer = l2(0.5), kernel_constraint = max_norm(0.25)),
        Dense(4, tanh, bias_regularizer = l1(0.125)),
        Dense(2);
    Middle: f64 = Dense(3 -> 5, tanh), Dense(4, tanh, trainable = false), Dense(2);
    Last: f64 = Dense(3 -> 5, tanh), Dense(4, tanh), Dense(2, trainable = false);
    Both: f64 = Dense(3 -> 5, tanh, trainable = false), Dense(4, tanh), Dense(2, trainable = false);
    Free: f64 = Dense(3 -> 5, tanh), Dense(4, tanh, trainable = true), Dense(2)
}

impl Frozen {
    fn samples(&self) -> (Vec<[f64; 3]>, Vec<[f64; 2]>) {
        (self.data.as_chunks().0.to_vec(), self.targets.as_chunks().0.to_vec())
    }

    fn follow<N, O>(&self, name: &str, optimizer: O)
    where
        N: Network<Scalar = f64, Input = Tile<f64, 3>, Output = Tile<f64, 2>>,
        O: Optimizer,
        MeanSquaredError: typenet::losses::Loss<f64, N::Head, Tile<f64, 2>, Tile<f64, 2>>,
    {
        let keras = self.trajectories.iter().find(|trajectory| trajectory.name == name).unwrap();
        let (x, y) = self.samples();
        let batches: Vec<_> = x.chunks(self.batch_size).zip(y.chunks(self.batch_size)).collect();
        let mut network = N::zeroed();
        network.as_flat_mut().copy_from_slice(&self.start);
        let mut trainer = Trainer::<N, _, _>::new(MeanSquaredError, optimizer);
        for (step, loss) in keras.losses.iter().enumerate() {
            let ours = trainer.train_on_batch(&mut network, batches[step % batches.len()]).unwrap();
            close(&format!("{name}, step {step}"), ours, *loss, 1e-10);
        }
        all_close(name, network.as_flat(), &keras.weights, 1e-10);
        close(name, trainer.evaluate(&network, (&x, &y)).unwrap().loss, keras.evaluated, 1e-10);
        // to the bit, at the end of a fit too
        trainer.finalize(&mut network).unwrap();
        let start = self.start.iter().zip(network.as_flat());
        assert_eq!(start.filter(|(start, now)| start == now).count(), N::PARAMETERS - N::TRAINED, "{name}");
    }
}

#[test]
fn twenty_steps_of_keras() {
    let fixture: Frozen = fixture("frozen");
    fixture.follow::<First, _>("first", Sgd::new(0.25).momentum(0.5));
    let adam = Adam::new(0.0625).weight_decay(0.5).use_ema(0.5, Some(3)).global_clipnorm(0.25);
    fixture.follow::<Middle, _>("middle", adam);
    fixture.follow::<Last, _>("last", Ftrl::new(0.25).l2_regularization_strength(0.125));
    fixture.follow::<Both, _>("both", Lion::new(0.0625).weight_decay(0.5).gradient_accumulation_steps(2));
    assert_eq!(fixture.trajectories.len(), 4);
    assert_eq!((First::TRAINED, Middle::TRAINED, Last::TRAINED, Both::TRAINED), (34, 30, 44, 24));
    assert_eq!(Free::TRAINED, Free::PARAMETERS);
}

/// Whether a parameter is trained.
type Trained = fn(usize) -> bool;

/// The gradient of what is trained is as if all were; of the rest there is none.
#[test]
fn gradients() {
    fn gradient<N>(start: &[f64], x: &[[f64; 3]], d_y: &[[f64; 2]]) -> (Vec<f64>, Vec<[f64; 3]>)
    where
        N: Network<Scalar = f64, Input = Tile<f64, 3>, Output = Tile<f64, 2>>,
    {
        let (mut network, mut pass, mut d_x) = (N::zeroed(), Pass::new(), vec![[0.0; 3]; x.len()]);
        network.as_flat_mut().copy_from_slice(start);
        pass.backward(&network, x, d_y, &mut d_x).unwrap();
        let with = pass.gradient().as_flat().to_vec();
        pass.clear();
        pass.backward(&network, x, d_y, &mut []).unwrap();
        assert_eq!(with, pass.gradient().as_flat());
        (with, d_x)
    }
    let fixture: Frozen = fixture("frozen");
    let (x, d_y) = fixture.samples();
    let (free, d_x) = gradient::<Free>(&fixture.start, &x, &d_y);
    let cases: [(_, Trained); 4] = [
        (gradient::<First>(&fixture.start, &x, &d_y), |i| i >= 20),
        (gradient::<Middle>(&fixture.start, &x, &d_y), |i| !(20..44).contains(&i)),
        (gradient::<Last>(&fixture.start, &x, &d_y), |i| i < 44),
        (gradient::<Both>(&fixture.start, &x, &d_y), |i| (20..44).contains(&i)),
    ];
    for (frozen, trained) in cases {
        assert_eq!(frozen.1, d_x);
        for (i, (frozen, free)) in frozen.0.iter().zip(&free).enumerate() {
            assert_eq!(*frozen, if trained(i) { *free } else { 0.0 }, "{i}");
        }
    }
}

#[test]
fn without_a_heap() {
    let fixture: Frozen = fixture("frozen");
    let (x, y) = fixture.samples();
    let mut with = Middle::zeroed();
    with.as_flat_mut().copy_from_slice(&fixture.start);
    let mut without = with.clone();
    let mut trainer = Trainer::new(MeanSquaredError, AdamW::new(0.1));
    let mut heapless = HeaplessTrainer::<_, _, _, 2>::new(MeanSquaredError, AdamW::new(0.1));
    for _ in 0..5 {
        trainer.train_on_batch(&mut with, (&x, &y)).unwrap();
        heapless.train_on_batch(&mut without, (&x, &y)).unwrap();
        assert_eq!(with, without);
    }
    assert_eq!(Flat::<f64>::as_flat(&with.dense_1), &fixture.start[20..44]);
}

network! {
    Body = Dense(30 -> 30, tanh), Dense(30);
    Half = Dense(30 -> 30, tanh, trainable = false), Dense(30);
    Branched = Concatenate(Body(trainable = false), (Dense(30 -> 4, tanh, trainable = false), Dense(3))), Dense(1);
    // large enough that gradients go to the optimizer layer by layer
    Large =
        Dense(30 -> 30, tanh),
        body: Body(trainable = false),
        half: Half,
        around: Residual(Half),
        blocks: [Half; 2],
        copies: [Dense(30 -> 30, tanh, trainable = false); 2],
        tower: [Residual(Dense(30 -> 10), PReLU(trainable = false), Dense(30)); 2],
        LayerNormalization(trainable = false),
        RMSNormalization,
        Dense(30 -> 1)
}

/// What must stay, from a network in which everything has moved.
fn frozen_of(large: &Large) -> Vec<f32> {
    let halves = [&large.half, &large.around, &large.blocks[0], &large.blocks[1]];
    let mut frozen = large.body.as_flat().to_vec();
    frozen.extend(halves.iter().flat_map(|half| half.dense.as_flat()));
    frozen.extend(large.copies.iter().flat_map(Flat::<f32>::as_flat));
    frozen.extend(large.tower.iter().flat_map(|tower| tower.p_re_lu.iter()));
    frozen.extend(large.layer_normalization.as_flat());
    frozen
}

fn large_stays(optimizer: impl Optimizer) {
    let rng = &mut StdRng::seed_from_u64(3);
    let x: Vec<[f32; 30]> = (0..70).map(|i| core::array::from_fn(|j| ((i * j) as f32).sin())).collect();
    let y: Vec<[f32; 1]> = (0..70).map(|i| [(i as f32).cos()]).collect();
    let start = Large::new(rng);
    let mut network = start.clone();
    let mut trainer = Trainer::new(MeanSquaredError, optimizer).epochs(3);
    let history = trainer.fit(&mut network, (&x, &y), rng).unwrap();
    assert!(history.epochs[2].training.loss < history.epochs[0].training.loss, "{history}");
    assert_eq!(frozen_of(&network), frozen_of(&start));
    let moved = network.as_flat().iter().zip(start.as_flat()).filter(|(now, then)| now != then).count();
    // biases of nothing but zeros may stay
    assert!(moved > Large::TRAINED * 9 / 10 && moved <= Large::TRAINED, "{moved} of {}", Large::TRAINED);
    // a step that fails puts back what was there, and not the zeros of what was never written
    network.dense.bias[0] = f32::NAN;
    let failed = trainer.train_on_batch(&mut network, (&x, &y));
    assert!(matches!(failed, Err(Error::Diverged { .. })));
    assert_eq!(frozen_of(&network), frozen_of(&start));
    assert!(network.as_flat().iter().all(|w| w.is_finite()));
}

#[test]
fn layers_within_layers_stay() {
    let half = 30 * 31;
    assert_eq!(frozen_of(&Large::zeroed()).len(), Large::PARAMETERS - Large::TRAINED);
    assert_eq!(Large::PARAMETERS - Large::TRAINED, 2 * half + 4 * half + 2 * half + 2 * 10 + 2 * 30);
    large_stays(Sgd::new(0.01).momentum(0.5));
    large_stays(Adam::new(0.001).weight_decay(0.1).use_ema(0.9, None));
    large_stays(AdamW::new(0.001));
    large_stays(Adafactor::new(0.01));
    large_stays(Muon::new(0.001));
}

#[test]
fn branches_stay() {
    assert_eq!(Branched::TRAINED, 5 * 3 + 34);
    let rng = &mut StdRng::seed_from_u64(3);
    let start = Branched::new(rng);
    let mut network = start.clone();
    let mut trainer = Trainer::new(MeanSquaredError, AdamW::new(0.01).use_ema(0.5, Some(2)));
    for _ in 0..4 {
        trainer.train_on_batch(&mut network, (&[[0.5; 30], [-0.25; 30]], &[[1.0], [2.0]])).unwrap();
    }
    let same = network.as_flat().iter().zip(start.as_flat()).filter(|(now, then)| now == then).count();
    assert_eq!(network.concatenate.first, start.concatenate.first);
    assert_eq!(same, Branched::PARAMETERS - Branched::TRAINED);
}

static BACKWARDS: AtomicUsize = AtomicUsize::new(0);

mod own {
    use std::sync::atomic::Ordering;

    use rand::Rng;
    use typenet::layers::{Backward, Layer, TensorInfo};
    use typenet::simd::Simd;
    use typenet::{Scalar, Tile};

    /// A layer that counts how often it goes back.
    #[derive(Clone, Copy, Debug)]
    pub struct Counted<const IN: usize, const OUT: usize>;

    impl<const N: usize> Counted<N, N> {
        #[must_use]
        pub const fn new() -> Self {
            Self
        }
    }

    impl<T: Scalar, const N: usize> Layer<T> for Counted<N, N> {
        type Input = Tile<T, N>;
        type Output = Tile<T, N>;
        type Parameters = [T; 1];
        type Tape = ();
        const TENSORS: &'static [TensorInfo] = &[TensorInfo { name: "number", shape: &[1] }];

        fn initialize<R: Rng + ?Sized>(&self, number: &mut [T; 1], _: &mut R) {
            number[0] = T::ONE;
        }

        fn forward<S: Simd>(&self, _: S, _: &[T; 1], input: &Tile<T, N>, output: &mut Tile<T, N>, (): &mut ()) {
            *output = *input;
        }

        fn backward<S: Simd>(&self, _: S, _: &[T; 1], pass: Backward<'_, T, Self>) {
            super::BACKWARDS.fetch_add(1, Ordering::Relaxed);
            assert!(pass.share.is_none(), "a layer that is not trained was asked for its gradient");
            if let Some(d_input) = pass.d_input {
                *d_input = *pass.d_output;
            }
        }
    }
}

mod parts {
    typenet::network! { pub Head = Dense(4 -> 4, relu), Dense(1) }
}

network! {
    Sleeping = own::Counted(3 -> 3, trainable = false), tanh, Dropout(0.1), Dense(3 -> 2), Dense(2 -> 1);
    Foreign = Dense(3 -> 4), parts::Head(trainable = false);
    Awake = Dense(3 -> 3), own::Counted(3 -> 3, trainable = false), Dense(3 -> 1)
}

#[test]
fn nothing_goes_back_further_than_it_must() {
    let rng = &mut StdRng::seed_from_u64(0);
    let (x, y) = (vec![[0.5, -0.5, 0.25]; 20], vec![[0.5]; 20]);
    let mut d_x = vec![[0.0; 3]; 20];
    let mut sleeping = Sleeping::new(rng);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(10);
    trainer.fit(&mut sleeping, (&x, &y), rng).unwrap();
    Pass::new().backward(&sleeping, &x, &y, &mut []).unwrap();
    assert_eq!(BACKWARDS.swap(0, Ordering::Relaxed), 0);
    Pass::new().backward(&sleeping, &x, &y, &mut d_x).unwrap();
    assert_eq!(BACKWARDS.swap(0, Ordering::Relaxed), 2, "twenty samples are two tiles");
    assert!(d_x.iter().flatten().all(|d| *d != 0.0));
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(10);
    trainer.fit(&mut Awake::new(rng), (&x, &y), rng).unwrap();
    assert_eq!(BACKWARDS.swap(0, Ordering::Relaxed), 2);
    assert_eq!((Foreign::PARAMETERS, Foreign::TRAINED), (16 + 25, 16));
    let summary = Sleeping::summary().to_string();
    assert!(summary.ends_with("12 parameters, 48 bytes, 11 trained"), "{summary}");
}
