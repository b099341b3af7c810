//! The way of samples through a network and back, in memory that is allocated once.

mod backward;
mod predict;

use alloc::boxed::Box;
use core::fmt;

use bytemuck::{zeroed_box, zeroed_slice_box};
use fearless_simd::Level;

use self::backward::Backward;
use self::predict::Predict;
use crate::data::{Samples, count};
use crate::error::Error;
use crate::group::{by_layer, tiles_at_once, tiles_in_turn};
use crate::kernels::dense::{Laid, room};
use crate::kernels::{dispatch, level};
use crate::network::{InputSample, Network, OutputSample, TileMemory};
use crate::scalar::Scalar;
use crate::threads::Threads;

/// Forward and backward passes with a gradient of one's own: for reinforcement learning, physics, or a loss that
/// compares many outputs.
///
/// It holds the gradient with respect to the parameters, a value of the network's own struct, and the memory that a
/// pass needs. Nothing is allocated after [`new`](Self::new).
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Critic = Dense(2 -> 8, tanh), Dense(8 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let mut critic = Critic::new(&mut StdRng::seed_from_u64(0));
/// let mut target = critic.clone();
/// let mut pass = Pass::new();
/// let states = [[0.1, 0.2], [0.3, -0.4]];
/// let d_values = [[1.0], [-1.0]];
/// let mut d_states = [[0.0; 2]; 2];
/// pass.backward(&critic, &states, &d_values, &mut d_states)?;
/// let gradient: &Critic = pass.gradient();
/// assert_eq!(gradient.dense_1.bias[0], 0.0);
///
/// // the optimizer makes a step with it: a trainer that is told of no loss
/// let mut trainer = Trainer::new((), Adam::new(0.01));
/// trainer.apply_gradient(&mut critic, &mut pass);
///
/// // a target network follows slowly, or at once: `target.clone_from(&critic)`
/// for (slow, fast) in target.as_flat_mut().iter_mut().zip(critic.as_flat()) {
///     *slow += 0.005 * (fast - *slow);
/// }
/// assert_ne!(target, critic);
/// # Ok(())
/// # }
/// ```
///
/// The gradient is that with respect to what the network gives, after its last activation. A loss of logits, as the logarithm
/// of a probability, wants a network without one: the gradient of `-ln softmax(y)_a` is `softmax(y)`, less 1 in place `a`.
pub struct Pass<N: Network> {
    pub(crate) tiles: Box<[TileMemory<N>]>,
    pub(crate) gradient: Box<N>,
    pub(crate) sums: Box<N::Sums>,
    d_inputs: Box<[N::Input]>,
    /// One for each thread that predicts.
    laid: Box<[Laid]>,
    level: Level,
    threads: Threads,
}

/// How many tiles go through a network together where it is not trained by a trainer: no more than one of a small one, whose
/// numbers then stay where they are.
const fn tiles_in_pass<N: Network>() -> usize {
    if by_layer::<N>() { tiles_at_once::<N>() } else { 1 }
}

/// How many of those that are predicted have a place in memory: all that go through the network together with any instructions.
const fn tiles_to_predict<N: Network>() -> usize {
    if by_layer::<N>() { tiles_in_turn::<N>() } else { 1 }
}

/// Places for the weights of a large network, for that many threads.
fn laid<N: Network>(threads: usize) -> Box<[Laid]> {
    let lines = const { room::<N::Scalar>(N::PARAMETERS) };
    (0..threads).map(|_| Laid::new(lines)).collect()
}

impl<N: Network> fmt::Debug for Pass<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass").field("gradient", &self.gradient).finish_non_exhaustive()
    }
}

impl<N: Network> Default for Pass<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<N: Network> Pass<N> {
    /// Memory for passes through `N`, with a gradient of zero.
    #[must_use]
    pub fn new() -> Self {
        Self { laid: laid::<N>(1), ..Self::with_tiles(tiles_to_predict::<N>()) }
    }

    /// Memory to remember that many tiles, and none for predictions.
    pub(crate) fn with_tiles(tiles: usize) -> Self {
        Self {
            tiles: zeroed_slice_box(tiles),
            gradient: zeroed_box(),
            sums: zeroed_box(),
            d_inputs: zeroed_slice_box(tiles_in_pass::<N>()),
            laid: Box::default(),
            level: level(),
            threads: Threads::ONE,
        }
    }

    /// Makes room to remember a whole batch.
    pub(crate) fn remember(&mut self, samples: usize) {
        let tiles = samples.div_ceil(N::Scalar::LANES);
        if self.tiles.len() < tiles {
            self.tiles = zeroed_slice_box(tiles);
        }
    }

    /// Uses the instructions of `level` instead of the best of this machine.
    #[must_use]
    pub fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// Lets up to `threads` threads predict, where there are enough samples for the size of the network: what would take
    /// a few microseconds stays on one thread. The numbers are the same for any number of threads.
    ///
    /// The threads start, and their memory is allocated, when they are first needed; they end with the pass.
    ///
    /// ```
    /// use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Wide = Dense(2 -> 500, relu), Dense(500 -> 100, relu), Dense(100 -> 1) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let wide = Wide::boxed(&mut StdRng::seed_from_u64(0));
    /// let (x, mut y) = (vec![[0.5, -0.5]; 1000], vec![[0.0]; 1000]);
    /// Pass::new().threads(2).predict(&*wide, &x, &mut y)?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "rayon")]
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Threads::new(threads), ..self }
    }

    #[cfg(not(feature = "rayon"))]
    crate::missing::missing! {
        Rayon of N {
            pub fn threads(self, _threads: usize) -> Self;
        }
    }

    /// The instructions that passes use.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The gradient of all [`backward`](Self::backward) passes since the last [`clear`](Self::clear), with respect to
    /// the parameters.
    #[must_use]
    pub fn gradient(&self) -> &N {
        &self.gradient
    }

    /// The same, to be changed: clipped, for instance.
    pub fn gradient_mut(&mut self) -> &mut N {
        &mut self.gradient
    }

    /// Sets the gradient to zero.
    pub fn clear(&mut self) {
        self.gradient.as_flat_mut().fill(N::Scalar::ZERO);
        bytemuck::write_zeroes(&mut *self.sums);
    }

    /// Predicts many samples into `outputs`, which is as long as there are samples.
    ///
    /// # Errors
    /// [`Error::Room`] if it is not, [`Error::TooManySamples`] if there are more than 32 bits count. With threads,
    /// [`Error::Threads`](Error) if they cannot be started.
    pub fn predict<X>(&mut self, network: &N, inputs: &X, outputs: &mut [OutputSample<N>]) -> Result<(), Error>
    where
        X: Samples<N::Scalar, N::Input> + ?Sized,
    {
        let samples = inputs.count();
        count(samples)?;
        if outputs.len() != samples {
            return Err(Error::Room { room: outputs.len(), samples });
        }
        let Self { tiles, laid, level, threads, .. } = self;
        let level = *level;
        // the numbers that go in and come out cost time too, and a small network takes a tile of them little longer
        let work = samples.saturating_mul(N::PARAMETERS + N::INPUTS + N::OUTPUTS);
        let count = threads.worth(work);
        if tiles.len() < count * tiles_to_predict::<N>() {
            *tiles = zeroed_slice_box(count * tiles_to_predict::<N>());
        }
        if laid.len() < count {
            *laid = self::laid::<N>(count);
        }
        threads.each(count, Predict { network, inputs, start: 0, outputs, tiles, laid }, |part| dispatch(level, part))
    }

    /// Adds to the gradient with respect to the parameters, given the gradient `d_outputs` of whatever is to become
    /// small with respect to the network's outputs; `d_inputs` receives that with respect to its inputs, unless it is
    /// empty.
    ///
    /// The forward pass of each tile is run again, so that any number of samples needs the memory of a few tiles.
    ///
    /// # Errors
    /// [`Error::CountMismatch`] if there are not as many output gradients as inputs, [`Error::Room`] if `d_inputs` is
    /// neither empty nor as long, [`Error::TooManySamples`] if there are more than 32 bits count.
    pub fn backward<X, D>(
        &mut self,
        network: &N,
        inputs: &X,
        d_outputs: &D,
        d_inputs: &mut [InputSample<N>],
    ) -> Result<(), Error>
    where
        X: Samples<N::Scalar, N::Input> + ?Sized,
        D: Samples<N::Scalar, N::Output> + ?Sized,
    {
        let samples = inputs.count();
        count(samples)?;
        if d_outputs.count() != samples {
            return Err(Error::CountMismatch { inputs: samples, targets: d_outputs.count() });
        }
        if !d_inputs.is_empty() && d_inputs.len() != samples {
            return Err(Error::Room { room: d_inputs.len(), samples });
        }
        dispatch(self.level, Backward { pass: self, network, inputs, d_outputs, d_inputs });
        Ok(())
    }
}
