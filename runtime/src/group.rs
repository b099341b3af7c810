//! Tiles in memory that are on their way together, and how many of them.

use core::array;

use fearless_simd::Simd;

use crate::kernels::ahead::Ahead;
use crate::kernels::dense::{IN_TURN, TILES, can_read, in_turn};
use crate::kernels::framed;
use crate::mode::Mode;
use crate::network::{Network, Shares, TileMemory};
use crate::scalar::Scalar;
use crate::tiles::{Passing, Tiles};

/// Whether a network is large enough that its gradient is completed, and its parameters move, layer by layer.
pub(crate) const fn by_layer<N: Network>() -> bool {
    N::PARAMETERS > 1024
}

/// Whether tiles go through each layer together: those of a large network, and those that wait for each other.
const fn together<N: Network>() -> bool {
    by_layer::<N>() || N::BARRIERS > 0
}

/// Whether the first layer of a network reads samples where they lie, if they are not gathered.
pub(crate) const fn reads<S: Simd, N: Network>() -> bool {
    match N::LAYERS.first() {
        Some(layer) => layer.reads && by_layer::<N>() && can_read::<S>(),
        None => false,
    }
}

/// How many bytes the tiles that are remembered may take.
const MEMORY: usize = 4 * 1024 * 1024;

/// How many tiles go through each phase of a step before the next phase begins.
///
/// The numbers of one tile depend on each other from the first layer to the last and back; those of different tiles do
/// not. A few tiles of a small network, side by side, keep the processor busy while each waits for itself. They must
/// fit into half of a first-level cache together. Those of a large network go through each layer together, whose
/// products take two at once, and whose weights are then in the cache for the next two.
pub(crate) const fn tiles_at_once<N: Network>() -> usize {
    const HALF_CACHE: usize = 16 * 1024;
    let (memory, most) = if by_layer::<N>() { (MEMORY, 4) } else { (HALF_CACHE, 8) };
    fitting::<N>(memory, most)
}

/// The same of a large network whose tiles [take turns](crate::kernels::dense::in_turn) in each layer.
pub(crate) const fn tiles_in_turn<N: Network>() -> usize {
    fitting::<N>(MEMORY, IN_TURN)
}

/// How many go through each phase before the next with the instructions of `S`.
pub(crate) const fn tiles_together<S: Simd, N: Network>() -> usize {
    if in_turn::<S>() && by_layer::<N>() { tiles_in_turn::<N>() } else { tiles_at_once::<N>() }
}

/// How many tiles take no more than so many bytes: at least one, and at most so many.
const fn fitting<N: Network>(memory: usize, most: usize) -> usize {
    match memory / size_of::<TileMemory<N>>() {
        0 => 1,
        tiles if tiles > most => most,
        tiles => tiles,
    }
}

/// How many tiles of a batch are remembered until it ends: enough that the gradient of a large layer is summed over all
/// of them at once, if that takes no more than some megabytes.
pub(crate) const fn tiles_remembered<N: Network>() -> usize {
    match MEMORY / size_of::<TileMemory<N>>() {
        tiles if tiles > TILES => TILES,
        tiles if tiles > tiles_at_once::<N>() => tiles,
        _ => tiles_at_once::<N>(),
    }
}

/// Tiles that go through a network together.
pub(crate) struct Group<'a, N: Network> {
    pub(crate) tiles: &'a mut [TileMemory<N>],
    /// Where the gradients with respect to their inputs go, if anywhere.
    pub(crate) d_inputs: &'a mut [N::Input],
    /// See [`Tiles::part`].
    pub(crate) part: Option<usize>,
}

impl<'a, N: Network> Group<'a, N> {
    /// Of whose inputs nobody asks for the gradient.
    #[inline(always)]
    pub(crate) fn new(tiles: &'a mut [TileMemory<N>]) -> Self {
        Self { tiles, d_inputs: &mut [], part: None }
    }
}

/// A tile on its way.
#[inline(always)]
fn pass<'a, N: Network>(
    TileMemory { input, tape, .. }: &'a mut TileMemory<N>,
    d_input: Option<&'a mut N::Input>,
) -> Passing<'a, N::Input, N::Tape> {
    Passing { input, d_input, kept: tape }
}

impl<N: Network> Tiles<N::Input, N::Tape> for Group<'_, N> {
    #[inline(always)]
    fn count(&self) -> usize {
        self.tiles.len()
    }

    #[inline(always)]
    fn tile(&mut self, index: usize) -> Passing<'_, N::Input, N::Tape> {
        pass(&mut self.tiles[index], self.d_inputs.get_mut(index))
    }

    #[inline(always)]
    fn pair(&mut self, first: usize) -> Option<[Passing<'_, N::Input, N::Tape>; 2]> {
        let [a, b, ..] = self.tiles.get_mut(first..)? else { return None };
        let mut d_inputs = self.d_inputs.get_mut(first..).unwrap_or_default().iter_mut();
        Some([pass(a, d_inputs.next()), pass(b, d_inputs.next())])
    }

    #[inline(always)]
    fn in_turn(&mut self, first: usize) -> [Option<Passing<'_, N::Input, N::Tape>>; IN_TURN] {
        let mut tiles = self.tiles.get_mut(first..).unwrap_or_default().iter_mut();
        let mut d_inputs = self.d_inputs.get_mut(first..).unwrap_or_default().iter_mut();
        array::from_fn(|_| Some(pass(tiles.next()?, d_inputs.next())))
    }

    #[inline(always)]
    fn part(&self) -> Option<usize> {
        self.part
    }
}

/// Sends tiles forward; `mode` is that of the first.
#[inline(always)]
pub(crate) fn forward<S: Simd, N: Network>(simd: S, network: &N, mode: Mode<'_>, mut group: Group<'_, N>) {
    if const { together::<N>() } {
        network.forward(simd, mode, &mut group);
        return;
    }
    for (index, TileMemory { input, tape, .. }) in group.tiles.iter_mut().enumerate() {
        framed!(simd, forward_one(simd, network, mode.at(index * N::Scalar::LANES), input, tape));
    }
}

/// The same where the next samples may lie in memory: the first layer of a large network prefetches them while it
/// computes.
#[inline(always)]
pub(crate) fn onward<'a, S: Simd, N: Network>(
    simd: S,
    network: &N,
    mode: Mode<'a>,
    ahead: impl FnOnce() -> Option<Ahead<'a>>,
    group: Group<'_, N>,
) {
    if const { by_layer::<N>() && N::INPUTS >= N::Scalar::LANES } {
        forward(simd, network, mode.asking(ahead()), group);
    } else {
        forward(simd, network, mode, group);
    }
}

/// Sends tiles back.
#[inline(always)]
pub(crate) fn backward<S: Simd, N: Network>(simd: S, network: &N, mut group: Group<'_, N>, mut shares: Shares<'_, N>) {
    if const { together::<N>() } {
        return network.backward(simd, &mut group, shares);
    }
    let mut d_inputs = group.d_inputs.iter_mut();
    for TileMemory { input, tape, .. } in group.tiles {
        backward_one(simd, network, input, d_inputs.next(), tape, shares.again());
    }
}

/// Sends one tile forward. References that are arguments of their own tell the compiler that they do not overlap, which
/// those in a [`Passing`] do not.
#[inline(always)]
pub(crate) fn forward_one<S: Simd, N: Network>(
    simd: S,
    network: &N,
    mode: Mode<'_>,
    input: &N::Input,
    tape: &mut N::Tape,
) {
    network.forward(simd, mode, &mut Passing::new(input, tape));
}

/// Sends one tile back.
#[inline(always)]
fn backward_one<S: Simd, N: Network>(
    simd: S,
    network: &N,
    input: &N::Input,
    d_input: Option<&mut N::Input>,
    tape: &mut N::Tape,
    shares: Shares<'_, N>,
) {
    network.backward(simd, &mut Passing { input, d_input, kept: tape }, shares);
}
