//! Training with any number of threads gives the same bits: every optimizer, every instruction set, layers of every kind.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use typenet::prelude::*;
use typenet::simd::{Level, Simd};
use typenet::{Epoch, History};

mod own {
    use rand::Rng;
    use typenet::layers::{Backward, Layer, TensorInfo};
    use typenet::prelude::*;
    use typenet::simd::{Simd, SimdBase as _};

    /// `y = w * x`, with a gradient that is added up tile by tile.
    #[derive(Clone, Copy, Debug)]
    pub struct Scale<const IN: usize, const OUT: usize>;

    impl<const N: usize> Scale<N, N> {
        pub const fn new() -> Self {
            Self
        }
    }

    impl<T: Scalar, const N: usize> Layer<T> for Scale<N, N> {
        type Input = Tile<T, N>;
        type Output = Tile<T, N>;
        type Parameters = nalgebra::SVector<T, N>;
        type Tape = ();
        const TENSORS: &'static [TensorInfo] = &[TensorInfo { name: "scale", shape: &[N] }];

        fn initialize<R: Rng + ?Sized>(&self, w: &mut Self::Parameters, _: &mut R) {
            w.fill(T::ONE);
        }

        fn forward<S: Simd>(&self, simd: S, w: &Self::Parameters, x: &Tile<T, N>, y: &mut Tile<T, N>, (): &mut ()) {
            for i in 0..N {
                y.store::<S>(i, x.load(simd, i) * w[i]);
            }
        }

        fn backward<S: Simd>(&self, simd: S, w: &Self::Parameters, mut pass: Backward<'_, T, Self>) {
            for i in 0..N {
                let d_y = pass.d_output.load(simd, i);
                if let Some(share) = &mut pass.share {
                    share.gradient[i] += (d_y * pass.input.load(simd, i)).as_slice().iter().copied().sum::<T>();
                }
                if let Some(d_x) = &mut pass.d_input {
                    d_x.store::<S>(i, d_y * w[i]);
                }
            }
        }
    }
}

typenet::network! {
    // rows that fill no block, outputs that fill no vector, a small layer in the middle
    Plain = Dense(12 -> 150, tanh), Dense(150 -> 5, relu), Dense(5 -> 9), Dense(9 -> 137, gelu), Dense(137 -> 121, tanh),
        Dense(121 -> 3, softmax);
    Double: f64 = Dense(12 -> 151, silu), Dense(151 -> 83, tanh, bias = false), Dense(83 -> 3, softmax);
    Normal = LayerNormalization(43), Dense(43 -> 71, silu), Dropout(0.1), Dense(71 -> 43);
    Nested = Dense(12 -> 43, relu), Dropout(0.2), [Residual(Normal(43 -> 43)); 3], PReLU, [Dense(43 -> 43, tanh); 2],
        Dense(43 -> 3, softmax);
    Body = Dense(70 -> 70, tanh), own::Scale(70 -> 70);
    Own = Dense(12 -> 70, relu), [Body(70 -> 70); 2], own::Scale(70 -> 70), Dense(70 -> 60, relu), Dense(60 -> 3, softmax);
    Penal = Dense(12 -> 150, tanh, kernel_regularizer = l2(1e-3)), Dense(150 -> 60, relu, kernel_constraint = max_norm(1.5)),
        Dense(60 -> 3, softmax);
    Frozen = Dense(12 -> 150, tanh), Dense(150 -> 60, relu, trainable = false), Dense(60 -> 3, softmax);
    Barred = Dense(12 -> 150, tanh), BatchNormalization, Dense(150 -> 60, relu), Dense(60 -> 3, softmax)
}

/// What a training leaves: the network's numbers, and a history without times.
fn train<T, N, O>(new: fn(&mut StdRng) -> N, optimizer: &O, batch_size: usize, level: Level, threads: usize) -> Left
where
    T: Scalar,
    N: Network<Scalar = T, Input = Tile<T, 12>, Output = Tile<T, 3>>,
    O: Optimizer,
    CategoricalCrossEntropy: typenet::losses::Loss<T, N::Head, Tile<T, 3>, Tile<T, 3>>,
{
    let rng = &mut StdRng::seed_from_u64(3);
    // after the part for validation, a whole batch and a rest
    let samples = (batch_size + 50) * 5 / 4;
    let x: Vec<[T; 12]> = (0..samples).map(|_| [(); 12].map(|()| T::from_f64(rng.random_range(-1.0..1.0)))).collect();
    let one_hot = |class| [0, 1, 2].map(|k| if k == class { T::ONE } else { T::ZERO });
    let y: Vec<[T; 3]> =
        x.iter().map(|x| one_hot(usize::from(x[0] + x[1] * x[2] > T::ZERO) + usize::from(x[3] > T::ZERO))).collect();
    let mut network = new(rng);
    let mut trainer =
        Trainer::new(CategoricalCrossEntropy, optimizer.clone()).metric(Accuracy).level(level).threads(threads);
    trainer = trainer.epochs(2).batch_size(batch_size).validation_split(0.2);
    let history = trainer.fit(&mut network, (&x, &y), rng).unwrap();
    trainer.train_on_batch(&mut network, (&x[..batch_size], &y[..batch_size])).unwrap();
    let scores = trainer.evaluate(&network, (&x, &y)).unwrap();
    let numbers = network.as_flat().iter().map(|w| w.to_f64().to_bits()).collect();
    (numbers, timeless(&history), scores.loss.to_bits())
}

type Left = (Vec<u64>, Vec<Epoch>, u64);

fn timeless(history: &History) -> Vec<Epoch> {
    history.epochs.iter().map(|epoch| Epoch { seconds: 0.0, ..epoch.clone() }).collect()
}

/// One, two, three and seven threads leave the same.
fn same<T, N, O>(new: fn(&mut StdRng) -> N, optimizer: &O, batch_size: usize)
where
    T: Scalar,
    N: Network<Scalar = T, Input = Tile<T, 12>, Output = Tile<T, 3>>,
    O: Optimizer,
    CategoricalCrossEntropy: typenet::losses::Loss<T, N::Head, Tile<T, 3>, Tile<T, 3>>,
{
    // beyond what one share of the work is, so that there are as many threads as are allowed
    assert!(batch_size.min(16 * T::LANES) * N::PARAMETERS * 3 > 2 << 21, "{} is too small", N::NAME);
    let best = typenet::simd::level();
    let expected = train(new, optimizer, batch_size, best, 1);
    for threads in [2, 3, 7] {
        let found = train(new, optimizer, batch_size, best, threads);
        assert!(found == expected, "{} with {optimizer:?}: {threads} threads", N::NAME);
    }
}

#[test]
fn each_optimizer() {
    same(Plain::new, &Sgd::new(0.05).momentum(0.9), 256);
    same(Plain::new, &Adam::new(0.01).amsgrad(), 256);
    same(Plain::new, &Nadam::new(0.01), 250);
    // those that want the whole gradient
    same(Plain::new, &Adagrad::new(0.01), 250);
    same(Plain::new, &RmsProp::new(0.01).global_clipnorm(0.5).weight_decay(0.01).use_ema(0.9, 2), 256);
    same(Plain::new, &Sgd::new(0.05).gradient_accumulation_steps(2), 256);
    same(Plain::new, &Adafactor::new(0.05), 256);
    same(Plain::new, &Muon::new(0.01), 256);
}

#[test]
fn batches_longer_than_what_is_remembered() {
    same(Plain::new, &Adam::new(0.01).amsgrad(), 500);
    same(Plain::new, &Sgd::new(0.05).clipvalue(0.1), 300);
    same(Double::new, &Sgd::new(0.05), 300);
}

#[test]
fn doubles() {
    same(Double::new, &Sgd::new(0.05).momentum(0.9).nesterov(), 128);
    same(Double::new, &RmsProp::new(0.01).momentum(0.5).centered(), 121);
}

#[test]
fn networks_in_networks_with_noise() {
    same(Nested::new, &AdamW::new(0.01), 256);
}

#[test]
fn layers_that_add_up_their_gradient() {
    same(Own::new, &Sgd::new(0.05).momentum(0.9), 256);
    same(Own::new, &Adagrad::new(0.05), 250);
}

#[test]
fn penalties_and_layers_that_stay() {
    same(Penal::new, &Sgd::new(0.05).momentum(0.9), 256);
    same(Frozen::new, &Adam::new(0.01), 256);
    same(Barred::new, &Sgd::new(0.05).momentum(0.9), 256);
}

/// The sums of every instruction set are in blocks of their own size.
#[test]
#[cfg(target_arch = "x86_64")]
fn each_instruction_set() {
    let best = typenet::simd::level();
    for level in [best.as_sse2().map(Simd::level), best.as_avx2().map(Simd::level)].into_iter().flatten() {
        let optimizer = Sgd::new(0.05).momentum(0.9);
        let expected = train(Plain::new, &optimizer, 256, level, 1);
        assert!(train(Plain::new, &optimizer, 256, level, 3) == expected, "{level:?}");
    }
}

#[test]
fn a_checkpoint_goes_on_with_more_threads() {
    let directory = tempfile::tempdir().unwrap();
    let train = |name: &str, epochs, threads| {
        let rng = &mut StdRng::seed_from_u64(1);
        let x: Vec<[f32; 12]> = (0..500).map(|_| [(); 12].map(|()| rng.random_range(-1.0..1.0))).collect();
        let y: Vec<[f32; 3]> = x.iter().map(|x| if x[0] > x[1] { [1.0, 0.0, 0.0] } else { [0.0, 0.0, 1.0] }).collect();
        let mut plain = Plain::new(rng);
        let mut trainer =
            Trainer::new(CategoricalCrossEntropy, Adam::new(0.01).amsgrad()).epochs(epochs).batch_size(250);
        trainer = trainer.threads(threads).checkpoint(directory.path().join(name));
        let history = trainer.fit(&mut plain, (&x, &y), rng).unwrap();
        (plain, timeless(&history))
    };
    let expected = train("whole", 3, 1);
    train("parts", 1, 1);
    train("parts", 2, 2);
    assert!(train("parts", 3, 3) == expected);
}

#[test]
fn a_trainer_takes_more_threads_on_the_way() {
    let train = |threads: [usize; 2]| {
        let rng = &mut StdRng::seed_from_u64(1);
        let (x, y) = (vec![[0.5; 12]; 250], vec![[0.0, 1.0, 0.0]; 250]);
        let mut plain = Plain::new(rng);
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01)).batch_size(250);
        for threads in threads {
            trainer = trainer.threads(threads);
            trainer.fit(&mut plain, (&x, &y), rng).unwrap();
        }
        plain
    };
    assert!(train([1, 2]) == train([1, 1]));
}
