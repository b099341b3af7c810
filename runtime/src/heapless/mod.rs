//! Training without a heap.

mod step;
#[cfg(all(test, feature = "alloc"))]
mod tests;

use core::fmt;
use core::mem::MaybeUninit;

use bytemuck::Zeroable;

use self::step::Train;
use crate::data::{Samples, Targets, check};
use crate::error::Error;
use crate::flat::Flat;
use crate::kernels::{dispatch, level};
use crate::losses::Loss;
use crate::network::{Network, TileMemory};
use crate::optimizers::Optimizer;
use crate::scalar::Scalar;
use crate::steps::Steps;

/// Makes training steps without a heap: a network that goes on learning on a microcontroller.
///
/// All its memory is in the value itself, and [`new`](Self::new) is `const`, so that it may be a `static`. `SLOTS` is
/// the optimizer's [`SLOTS`](Optimizer::SLOTS): how many numbers it remembers of each parameter.
///
/// A step computes what [`Trainer::train_on_batch`](crate::Trainer::train_on_batch) computes, to the last bit for
/// networks of up to 1,024 parameters; larger ones sum the gradient over samples in another order there.
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
