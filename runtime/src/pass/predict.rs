//! Many samples forward, and what comes out of them.

use core::cell::RefCell;
use core::mem::take;

use fearless_simd::Simd;

use super::tiles_to_predict;
use crate::data::Samples;
use crate::group::{Group, by_layer, forward_one, onward, reads, tiles_together};
use crate::kernels::Task;
use crate::kernels::ahead::Ahead;
use crate::kernels::dense::{Given, Laid, TILES, in_turn};
use crate::mode::Mode;
use crate::network::{Network, OutputSample, TileMemory};
use crate::scalar::Scalar;
use crate::threads::Divide;
use crate::tile::{Features, tiles};

/// The most samples of the tiles that go through a network together.
const GROUP: usize = 16 * TILES;

/// Predicts many samples, or the part of them that is one thread's.
pub(super) struct Predict<'a, N: Network, X: ?Sized> {
    pub(super) network: &'a N,
    pub(super) inputs: &'a X,
    /// The sample that the first output belongs to.
    pub(super) start: usize,
    pub(super) outputs: &'a mut [OutputSample<N>],
    /// [`tiles_to_predict`] for each thread.
    pub(super) tiles: &'a mut [TileMemory<N>],
    /// One for each thread.
    pub(super) laid: &'a mut [Laid],
}

impl<N: Network, X: Samples<N::Scalar, N::Input> + ?Sized> Divide for Predict<'_, N, X> {
    fn pieces(&self) -> usize {
        let tiles = self.outputs.len().div_ceil(N::Scalar::LANES);
        (self.tiles.len() / tiles_to_predict::<N>()).min(tiles)
    }

    fn divide(self, pieces: usize, of: usize) -> (Self, Self) {
        let Self { network, inputs, start, outputs, tiles, laid } = self;
        let group = N::Scalar::LANES * tiles_to_predict::<N>();
        let samples = outputs.len().div_ceil(group) * pieces / of * group;
        let (first, second) = outputs.split_at_mut(samples.min(outputs.len()));
        let (tile, rest) = tiles.split_at_mut((pieces * tiles_to_predict::<N>()).min(tiles.len()));
        let (place, places) = laid.split_at_mut(pieces.min(laid.len()));
        (
            Self { network, inputs, start, outputs: first, tiles: tile, laid: place },
            Self { network, inputs, start: start + samples, outputs: second, tiles: rest, laid: places },
        )
    }
}

impl<N: Network, X: Samples<N::Scalar, N::Input> + ?Sized> Task for Predict<'_, N, X> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { network, inputs, start, outputs, tiles: memory, laid } = self;
        let group = N::Scalar::LANES * const { if by_layer::<N>() { tiles_together::<S, N>() } else { 1 } };
        let end = start + outputs.len();
        if const { tiles_to_predict::<N>() == 1 } {
            let [memory, ..] = memory else { return };
            for ((indices, _), outputs) in tiles(start..end, N::Scalar::LANES).zip(outputs.chunks_mut(group)) {
                inputs.gather(simd, &indices[..outputs.len()], &mut memory.input);
                forward_one(simd, network, Mode::INFERENCE, &memory.input, &mut memory.tape);
                read(simd, memory, outputs);
            }
            return;
        }
        let all = if const { reads::<S, N>() } && inputs.in_memory().is_some() { inputs.all_numbers() } else { None };
        let given = all.map(|numbers| Given::new(numbers, N::INPUTS));
        // what is put down for one group alone need not stay
        let mut place = laid.first_mut().filter(|_| const { in_turn::<S>() } && outputs.len() > group);
        let laid = place.as_mut().map(|laid| {
            laid.clear();
            RefCell::new(take(*laid))
        });
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
            onward(simd, network, Mode::INFERENCE.reading(given).laying(laid.as_ref()), ahead, Group::new(memory));
            for (tile, outputs) in memory.iter_mut().zip(outputs.chunks_mut(N::Scalar::LANES)) {
                read(simd, tile, outputs);
            }
        }
        if let (Some(place), Some(laid)) = (place, laid) {
            *place = laid.into_inner();
        }
    }
}

/// What comes out of a tile that has been forward.
#[inline(always)]
fn read<S: Simd, N: Network>(simd: S, tile: &mut TileMemory<N>, outputs: &mut [OutputSample<N>]) {
    let TileMemory { tape, output, .. } = tile;
    N::Output::apply_head(simd, &N::HEAD, N::logits(tape).0, output);
    for (lane, sample) in outputs.iter_mut().enumerate() {
        output.read(lane, sample);
    }
}
