//! The way of samples through a network and back, in memory that is allocated once.

use alloc::boxed::Box;
use core::fmt;

use bytemuck::{zeroed_box, zeroed_slice_box};
use fearless_simd::{Level, Simd};

use crate::data::{Samples, count};
use crate::error::Error;
use crate::group::{Group, backward, by_layer, forward, forward_one, onward, reads, tiles_at_once};
use crate::kernels::ahead::Ahead;
use crate::kernels::dense::{Given, TILES};
use crate::kernels::flat::first_lanes;
use crate::kernels::{Task, dispatch, level};
use crate::mode::{Inference, Reading};
use crate::network::{Network, Shares, TileMemory};
use crate::scalar::Scalar;
use crate::threads::{Divide, Threads};
use crate::tile::Features;
pub(crate) use crate::tile::{tiles, weigh};

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
    level: Level,
    threads: Threads,
}

/// The most samples of the tiles that go through a network together.
const GROUP: usize = 16 * TILES;

/// How many tiles go through a network together where it is not trained by a trainer: no more than one of a small one, whose
/// numbers then stay where they are.
const fn tiles_in_pass<N: Network>() -> usize {
    if by_layer::<N>() { tiles_at_once::<N>() } else { 1 }
}

/// What a network takes, one sample of it: `[T; INPUTS]`.
pub type InputOf<N> = <<N as Network>::Input as Features<<N as Network>::Scalar>>::Sample;

/// What a network gives, one sample of it: `[T; OUTPUTS]`.
pub type OutputOf<N> = <<N as Network>::Output as Features<<N as Network>::Scalar>>::Sample;

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
        Self::with_tiles(tiles_in_pass::<N>())
    }

    /// Memory to remember that many tiles.
    pub(crate) fn with_tiles(tiles: usize) -> Self {
        Self {
            tiles: zeroed_slice_box(tiles),
            gradient: zeroed_box(),
            sums: zeroed_box(),
            d_inputs: zeroed_slice_box(tiles_in_pass::<N>()),
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
    pub fn predict<X>(&mut self, network: &N, inputs: &X, outputs: &mut [OutputOf<N>]) -> Result<(), Error>
    where
        X: Samples<N::Scalar, N::Input> + ?Sized,
    {
        let samples = inputs.count();
        count(samples)?;
        if outputs.len() != samples {
            return Err(Error::Room { room: outputs.len(), samples });
        }
        let Self { tiles, level, threads, .. } = self;
        let level = *level;
        // the numbers that go in and come out cost time too, and a small network takes a tile of them little longer
        let work = samples.saturating_mul(N::PARAMETERS + N::INPUTS + N::OUTPUTS);
        let count = threads.worth(work);
        if tiles.len() < count * tiles_in_pass::<N>() {
            *tiles = zeroed_slice_box(count * tiles_in_pass::<N>());
        }
        threads.each(count, Predict { network, inputs, start: 0, outputs, tiles }, |part| dispatch(level, part))
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
        d_inputs: &mut [InputOf<N>],
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

struct Predict<'a, N: Network, X: ?Sized> {
    network: &'a N,
    inputs: &'a X,
    /// The sample that the first output belongs to.
    start: usize,
    outputs: &'a mut [OutputOf<N>],
    /// [`tiles_in_pass`] for each thread.
    tiles: &'a mut [TileMemory<N>],
}

impl<N: Network, X: Samples<N::Scalar, N::Input> + ?Sized> Divide for Predict<'_, N, X> {
    fn pieces(&self) -> usize {
        let tiles = self.outputs.len().div_ceil(N::Scalar::LANES);
        (self.tiles.len() / tiles_in_pass::<N>()).min(tiles)
    }

    fn divide(self, pieces: usize, of: usize) -> (Self, Self) {
        let Self { network, inputs, start, outputs, tiles } = self;
        let group = N::Scalar::LANES * tiles_in_pass::<N>();
        let samples = outputs.len().div_ceil(group) * pieces / of * group;
        let (first, second) = outputs.split_at_mut(samples.min(outputs.len()));
        let (tile, rest) = tiles.split_at_mut((pieces * tiles_in_pass::<N>()).min(tiles.len()));
        (
            Self { network, inputs, start, outputs: first, tiles: tile },
            Self { network, inputs, start: start + samples, outputs: second, tiles: rest },
        )
    }
}

impl<N: Network, X: Samples<N::Scalar, N::Input> + ?Sized> Task for Predict<'_, N, X> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { network, inputs, start, outputs, tiles: memory } = self;
        let group = const { tiles_in_pass::<N>() * N::Scalar::LANES };
        let end = start + outputs.len();
        if const { tiles_in_pass::<N>() == 1 } {
            let [memory, ..] = memory else { return };
            for ((indices, _), outputs) in tiles(start..end, N::Scalar::LANES).zip(outputs.chunks_mut(group)) {
                inputs.gather(simd, &indices[..outputs.len()], &mut memory.input);
                forward_one(simd, network, Inference, &memory.input, &mut memory.tape);
                read(simd, memory, outputs);
            }
            return;
        }
        let all = if const { reads::<S, N>() } && inputs.in_memory().is_some() { inputs.all_numbers() } else { None };
        let given = all.map(|numbers| Given::new(numbers, N::INPUTS));
        let mut coming = [0; GROUP];
        for (start, outputs) in (start..end).step_by(group).zip(outputs.chunks_mut(group)) {
            let memory = memory.get_mut(..outputs.len().div_ceil(N::Scalar::LANES)).unwrap_or_default();
            let whole = outputs.len().is_multiple_of(N::Scalar::LANES);
            let given = given.filter(|_| whole).map(|given| given.at(start));
            if given.is_none() {
                let tiles = tiles(start..start + outputs.len(), N::Scalar::LANES);
                for (tile, (indices, range)) in memory.iter_mut().zip(tiles) {
                    inputs.gather(simd, &indices[..range.len()], &mut tile.input);
                }
            }
            let next = start + outputs.len()..end.min(start + 2 * group);
            let coming = coming.get_mut(..next.len()).unwrap_or_default();
            for (index, number) in coming.iter_mut().zip(next) {
                *index = u32::try_from(number).unwrap_or(u32::MAX);
            }
            let ahead = || Some(Ahead::new(inputs.in_memory()?, coming));
            onward(simd, network, Reading(given), ahead, Group::new(memory));
            for (tile, outputs) in memory.iter_mut().zip(outputs.chunks_mut(N::Scalar::LANES)) {
                read(simd, tile, outputs);
            }
        }
    }
}

/// What comes out of a tile that has been forward.
#[inline(always)]
fn read<S: Simd, N: Network>(simd: S, tile: &mut TileMemory<N>, outputs: &mut [OutputOf<N>]) {
    let TileMemory { tape, output, .. } = tile;
    N::Output::apply_head(simd, &N::HEAD, N::logits(tape).0, output);
    for (lane, sample) in outputs.iter_mut().enumerate() {
        output.read(lane, sample);
    }
}

struct Backward<'a, N: Network, X: ?Sized, D: ?Sized> {
    pass: &'a mut Pass<N>,
    network: &'a N,
    inputs: &'a X,
    d_outputs: &'a D,
    d_inputs: &'a mut [InputOf<N>],
}

impl<N, X, D> Task for Backward<'_, N, X, D>
where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    D: Samples<N::Scalar, N::Output> + ?Sized,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Pass { tiles: memory, gradient, sums, d_inputs, .. } = self.pass;
        let at_once = const { tiles_in_pass::<N>() };
        let memory = memory.get_mut(..at_once).unwrap_or_default();
        let samples = self.inputs.count();
        for start in (0..samples).step_by(at_once * N::Scalar::LANES) {
            let group = start..samples.min(start + at_once * N::Scalar::LANES);
            let memory = memory.get_mut(..group.len().div_ceil(N::Scalar::LANES)).unwrap_or_default();
            for (tile, (indices, range)) in memory.iter_mut().zip(tiles(group.clone(), N::Scalar::LANES)) {
                self.inputs.gather(simd, &indices[..range.len()], &mut tile.input);
            }
            forward(simd, self.network, Inference, Group::new(memory));
            for (tile, (indices, range)) in memory.iter_mut().zip(tiles(group.clone(), N::Scalar::LANES)) {
                let TileMemory { tape, output, .. } = tile;
                let (logits, d_logits) = N::logits(tape);
                N::Output::apply_head(simd, &N::HEAD, logits, output);
                self.d_outputs.gather(simd, &indices[..range.len()], d_logits);
                N::Output::backward_head(simd, &N::HEAD, logits, output, d_logits);
                weigh(simd, d_logits, first_lanes::<N::Scalar, S>(simd, range.len()));
            }
            let wanted = if self.d_inputs.is_empty() { 0 } else { memory.len() };
            let d_inputs = d_inputs.get_mut(..wanted).unwrap_or_default();
            let shares = Shares { now: Some((&mut **gradient, &mut **sums)), later: false };
            backward(simd, self.network, Group { d_inputs: &mut *d_inputs, ..Group::new(memory) }, shares);
            let outputs = self.d_inputs.get_mut(group).unwrap_or_default();
            for (d_input, outputs) in d_inputs.iter().zip(outputs.chunks_mut(N::Scalar::LANES)) {
                for (lane, sample) in outputs.iter_mut().enumerate() {
                    d_input.read(lane, sample);
                }
            }
        }
        N::finish(simd, gradient, sums);
    }
}
