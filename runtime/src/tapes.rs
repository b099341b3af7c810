//! What is known of the tiles of a batch while a network is trained on them.

use bytemuck::Zeroable;

use crate::network::Network;
use crate::tile::Classes;

/// Where a tile's shares of the gradients of a network's layers go.
#[derive(Debug)]
pub struct Shares<'a, N: Network> {
    /// The gradient, a value of the network's own struct, and its running sums, to be added to. `None` is for a network
    /// that [completes](Network::COMPLETES) all of it later.
    pub now: Option<(&'a mut N, &'a mut N::Sums)>,
    /// Whether layers that can do so leave their part to [`Network::complete`].
    pub later: bool,
}

#[cfg(feature = "alloc")]
impl<N: Network> Shares<'_, N> {
    /// A reborrow.
    #[inline(always)]
    pub(crate) fn again(&mut self) -> Shares<'_, N> {
        let now = self.now.as_mut().map(|(gradient, sums)| (&mut **gradient, &mut **sums));
        Shares { now, later: self.later }
    }
}

/// All tiles of a batch, which have been forward and back.
pub trait Tapes<N: Network>: Copy {
    /// How many tiles there are.
    fn count(&self) -> usize;

    /// What went into the network, and what its layers have left.
    fn tile(&self, index: usize) -> (&N::Input, &N::Tape);
}

impl<N: Network> Tapes<N> for &[TileMemory<N>] {
    #[inline(always)]
    fn count(&self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn tile(&self, index: usize) -> (&N::Input, &N::Tape) {
        let TileMemory { input, tape, .. } = &self[index];
        (input, tape)
    }
}

/// What is known of one tile while it is trained on.
#[allow(missing_debug_implementations, reason = "numbers without a meaning of their own")]
#[repr(C)]
pub struct TileMemory<N: Network> {
    /// What goes into the network.
    pub input: N::Input,
    /// What its layers leave.
    pub tape: N::Tape,
    /// What comes out of the network.
    pub(crate) output: N::Output,
    /// Targets that are vectors.
    pub(crate) vectors: N::Output,
    /// Targets that are classes.
    pub(crate) classes: Classes<N::Scalar>,
}

// SAFETY: each field may be all zeros.
unsafe impl<N: Network> Zeroable for TileMemory<N> {}
