//! Training without a heap.

use core::fmt;
use core::mem::MaybeUninit;

use bytemuck::Zeroable;
use fearless_simd::Simd;

use crate::data::{Data, Samples, Targets, check};
use crate::error::Error;
use crate::flat::Flat;
use crate::frozen;
use crate::kernels::flat::first_lanes;
use crate::kernels::{Task, dispatch, level};
use crate::losses::Loss;
use crate::metrics::Mean;
use crate::mode::Training;
use crate::network::{Network, Shares, TileMemory};
use crate::noise::Noise;
use crate::optimizers::{Descend, Optimizer, Step};
use crate::scalar::Scalar;
use crate::steps::Steps;
use crate::tile::{TargetTile, tiles, weigh};
use crate::tiles::Passing;

/// Makes training steps without a heap: a network that goes on learning on a microcontroller.
///
/// All its memory is in the value itself, and [`new`](Self::new) is `const`, so that it may be a `static`. `SLOTS` is
/// the optimizer's [`SLOTS`](Optimizer::SLOTS): how many numbers it remembers of each parameter.
///
/// A step computes what [`Trainer::train_on_batch`](crate::Trainer::train_on_batch) computes, to the last bit for networks of up
/// to 1,024 parameters; larger ones sum the gradient over samples in another order there.
///
/// ```
/// use rand::SeedableRng;
/// use typenet::HeaplessTrainer;
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let mut line = Line::new(&mut rand::rngs::StdRng::seed_from_u64(0));
/// let mut trainer = HeaplessTrainer::<_, _, _, 1>::new(MeanSquaredError, Sgd::new(0.1));
/// for _ in 0..100 {
///     trainer.train_on_batch(&mut line, (&[-1.0, 0.0, 1.0], &[-2.0, 1.0, 4.0]))?;
/// }
/// assert!((line.predict(&[2.0])[0] - 7.0).abs() < 1e-3);
/// # Ok(())
/// # }
/// ```
///
/// It has memory for one tile of samples, and so takes no network with a
/// [`BatchNormalization`](crate::layers::BatchNormalization) that is trained, which wants to see all tiles of a batch:
///
/// ```compile_fail,E0080
/// use typenet::HeaplessTrainer;
/// use typenet::prelude::*;
///
/// network! { Normal = Dense(2 -> 4), BatchNormalization, Dense(1) }
///
/// # fn main() {
/// let trainer = HeaplessTrainer::<Normal, _, _, 1>::new(MeanSquaredError, Sgd::new(0.1));
/// # }
/// ```
pub struct HeaplessTrainer<N: Network, L, O, const SLOTS: usize> {
    loss: L,
    optimizer: O,
    steps: Steps,
    seed: u64,
    memory: Memory<N, SLOTS>,
}

/// What a step reads and writes beside the network; it begins as zeros.
struct Memory<N: Network, const SLOTS: usize> {
    tile: TileMemory<N>,
    output: N::Output,
    gradient: N,
    sums: N::Sums,
    slots: Slots<N, SLOTS>,
    previous: N,
}

// SAFETY: each field may be all zeros.
unsafe impl<N: Network, const SLOTS: usize> Zeroable for Memory<N, SLOTS> {}

/// What the optimizer remembers: values of the network's own struct, one after the other.
#[repr(transparent)]
struct Slots<N, const SLOTS: usize>([N; SLOTS]);

// SAFETY: a network may be all zeros, and so may an array of them.
unsafe impl<N: Network, const SLOTS: usize> Zeroable for Slots<N, SLOTS> {}
// SAFETY: a network is numbers of its scalar type side by side, and so is an array of them, which has no padding.
unsafe impl<N: Network, const SLOTS: usize> Flat<N::Scalar> for Slots<N, SLOTS> {}

impl<N: Network, const SLOTS: usize> Memory<N, SLOTS> {
    const ZEROED: Self = {
        // SAFETY: `Zeroable`, which says so, has no constant
        unsafe { MaybeUninit::zeroed().assume_init() }
    };
}

impl<N: Network, L, O: Optimizer, const SLOTS: usize> HeaplessTrainer<N, L, O, SLOTS> {
    /// A trainer that makes `loss` small with `optimizer`.
    #[must_use]
    pub const fn new(loss: L, optimizer: O) -> Self {
        const {
            assert!(
                N::BARRIERS == 0,
                "`HeaplessTrainer` has no memory for a whole batch, which a network with `BatchNormalization` needs: use `Trainer`"
            );
            assert!(SLOTS == O::SLOTS, "the last parameter of `HeaplessTrainer` must be the `SLOTS` of its optimizer");
        }
        Self { loss, optimizer, steps: Steps::NONE, seed: 0, memory: Memory::ZEROED }
    }

    /// Where the random numbers of layers such as [`Dropout`](crate::layers::Dropout) come from. Default: 0.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many steps the optimizer has made.
    #[must_use]
    pub const fn iteration(&self) -> u64 {
        self.steps.made
    }

    /// Makes one step on all samples of `data` as one batch, in order, and returns the loss before the step.
    ///
    /// # Errors
    /// Before anything changes: [`Error::CountMismatch`], [`Error::NoSamples`], [`Error::InputNotFinite`],
    /// [`Error::InputNotRow`], [`Error::TargetNotFinite`], [`Error::TargetNotProbability`], [`Error::ClassOutOfRange`],
    /// [`Error::Setting`], [`Error::LearningRate`]. If the loss is not finite, or what its step leads to:
    /// [`Error::Diverged`], and the network has the last parameters that gave a finite loss.
    pub fn train_on_batch<X, Y>(&mut self, network: &mut N, data: (&X, &Y)) -> Result<f64, Error>
    where
        X: Samples<N::Scalar, N::Input> + ?Sized,
        Y: Targets<N::Scalar, N::Output> + ?Sized,
        L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    {
        self.optimizer.prepare(N::LAYERS);
        if self.steps.made == 0 {
            self.optimizer.check()?;
        }
        let samples = check::<N, _, _, _>(data, &self.loss, |_, _| false)? as usize;
        let step = self.steps.checked(self.optimizer.learning_rate(self.steps.made))?;
        let batch = usize::try_from(self.steps.made).unwrap_or(usize::MAX).saturating_add(1);
        let loss = dispatch(level(), Train { trainer: self, network, data, samples, step });
        let Self { steps, memory: Memory { gradient, slots, previous, .. }, .. } = self;
        let stepped = loss.is_finite();
        if stepped {
            steps.count();
        }
        if !stepped || !steps.look(level(), network, previous.as_flat()) {
            steps.take_back(level(), network, previous.as_flat(), slots.as_flat_mut());
            gradient.as_flat_mut().fill(N::Scalar::ZERO);
            return Err(Error::Diverged { epoch: 1, batch, loss });
        }
        Ok(loss)
    }
}

impl<N: Network, L: fmt::Debug, O: fmt::Debug, const SLOTS: usize> fmt::Debug for HeaplessTrainer<N, L, O, SLOTS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaplessTrainer")
            .field("loss", &self.loss)
            .field("optimizer", &self.optimizer)
            .field("iteration", &self.steps.made)
            .finish_non_exhaustive()
    }
}

/// A step: forward, loss and backward, tile by tile, then the optimizer. Gives the batch's loss; where that is not
/// finite the parameters stay.
struct Train<'a, N: Network, L, O, X: ?Sized, Y: ?Sized, const SLOTS: usize> {
    trainer: &'a mut HeaplessTrainer<N, L, O, SLOTS>,
    network: &'a mut N,
    data: Data<'a, X, Y>,
    samples: usize,
    step: Step,
}

impl<N, L, O, X, Y, const SLOTS: usize> Task for Train<'_, N, L, O, X, Y, SLOTS>
where
    N: Network,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    O: Optimizer,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        let Self { trainer, network, data: (x, y), samples, step } = self;
        let Memory { tile, output, gradient, sums, slots, previous } = &mut trainer.memory;
        let share = N::Scalar::from_f64(1.0 / samples as f64);
        let mut loss = Mean::<N::Scalar>::default();
        let noise = Noise::of_step(trainer.seed, trainer.steps.made);
        for (indices, range) in tiles(0..samples, N::Scalar::LANES) {
            let Some(indices) = indices.get(..range.len()) else { break };
            x.gather(simd, indices, &mut tile.input);
            let targets = Y::Tile::choose(&mut tile.vectors, &mut tile.classes);
            y.gather(simd, indices, targets);
            let mode = Training(noise.at(range.start));
            network.forward(simd, mode, &mut Passing::new(&tile.input, &mut tile.tape));
            let lanes = first_lanes::<N::Scalar, S>(simd, range.len());
            let weights = y.weigh(simd, indices, trainer.loss.weigh(simd, targets, lanes));
            let (logits, d_logits) = N::logits(&mut tile.tape);
            loss.add(simd, trainer.loss.evaluate(simd, &N::HEAD, logits, targets, output, d_logits), weights);
            weigh(simd, d_logits, weights * share);
            if const { N::COSTS } {
                loss.add(simd, N::cost(simd, &mut tile.tape, lanes * share), lanes);
            }
            let shares = Shares { now: Some((&mut *gradient, &mut *sums)), later: false };
            network.backward(simd, &mut Passing::new(&tile.input, &mut tile.tape), shares);
        }
        N::finish(simd, gradient, sums);
        let mut loss = loss.close(simd, samples as f64) / samples as f64;
        if const { N::REGULARIZED } {
            loss += network.penalty(Some(gradient));
        }
        if loss.is_finite() {
            let (parameters, gradient) = (network.as_flat_mut(), gradient.as_flat_mut());
            let (slots, previous) = (slots.as_flat_mut(), previous.as_flat_mut());
            let optimizer = &mut trainer.optimizer;
            let mut descend = Descend::new(optimizer, step, parameters, gradient, slots, previous);
            descend.survey(simd);
            frozen::step::<N, O, S>(simd, descend);
            if const { N::CONSTRAINED } {
                network.constrain();
            }
        }
        loss
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
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
        same_bits::<_, 2>(Adam::new(0.01))
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
}
