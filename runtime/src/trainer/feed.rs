//! Where a training takes its batches from.

use alloc::vec::Vec;
use core::ops::Range;

use super::State;
use super::evaluate::evaluate;
use super::fit::Data;
use crate::data::{Samples, Targets};
use crate::error::Error;
use crate::history::Scores;
use crate::losses::Loss;
use crate::metrics::Metrics;
use crate::network::Network;
use crate::tile::TargetTile;

/// What is known of the data before the first epoch.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// How many samples there are.
    pub(super) samples: Option<u32>,
    /// How many samples it is validated on, if it is; 0 if they are not counted.
    pub(super) validated: Option<usize>,
}

/// Batches, if there are some: data, the numbers of those samples that they are made of, and how many make a batch.
pub(super) type Next<'a, X, Y, E> = Option<Result<(Data<'a, X, Y>, &'a [u32], usize), E>>;

/// Where a training takes its batches from, and what it is validated on.
pub(super) trait Feed<N: Network, L, M> {
    /// What a tile of targets is.
    type Tile: TargetTile<N::Scalar, N::Output>;
    /// What holds the inputs of a batch.
    type Inputs: Samples<N::Scalar, N::Input> + ?Sized;
    /// What holds its targets.
    type Targets: Targets<N::Scalar, N::Output, Tile = Self::Tile> + ?Sized;
    /// What can go wrong on the way.
    type Error: From<Error>;

    /// Begins an epoch, from 1. No, if there is nothing more to learn from.
    fn begin(&mut self, epoch: usize) -> bool;

    /// The next batches of the epoch, of which `done` samples have been trained on. `order` holds the numbers of its
    /// samples, if they are counted.
    fn next<'a>(
        &'a mut self,
        order: &'a mut Vec<u32>,
        done: usize,
        loss: &L,
    ) -> Next<'a, Self::Inputs, Self::Targets, Self::Error>;

    /// The scores on what it is validated on.
    fn validate(
        &mut self,
        network: &N,
        state: &mut State<N>,
        loss: &L,
        metrics: &M,
        epoch: usize,
    ) -> Result<Option<Scores>, Self::Error>;
}

/// Checked data that is all there.
pub(super) struct Memory<'a, X: ?Sized, Y: ?Sized, V: ?Sized, W: ?Sized> {
    pub(super) data: Data<'a, X, Y>,
    pub(super) batch_size: usize,
    pub(super) validation: Option<(Data<'a, V, W>, Range<u32>)>,
}

impl<N, L, M, X, Y, V, W> Feed<N, L, M> for Memory<'_, X, Y, V, W>
where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
    V: Samples<N::Scalar, N::Input> + ?Sized,
    W: Targets<N::Scalar, N::Output, Tile = Y::Tile> + ?Sized,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    M: Metrics<N::Scalar, N::Output, Y::Tile>,
{
    type Tile = Y::Tile;
    type Inputs = X;
    type Targets = Y;
    type Error = Error;

    #[inline(always)]
    fn begin(&mut self, _epoch: usize) -> bool {
        true
    }

    #[inline(always)]
    fn next<'a>(&'a mut self, order: &'a mut Vec<u32>, done: usize, _loss: &L) -> Next<'a, X, Y, Error> {
        let rest = order.get(done..).filter(|rest| !rest.is_empty())?;
        Some(Ok((self.data, rest, self.batch_size)))
    }

    #[inline(always)]
    fn validate(
        &mut self,
        network: &N,
        state: &mut State<N>,
        loss: &L,
        metrics: &M,
        _epoch: usize,
    ) -> Result<Option<Scores>, Error> {
        let validation = self.validation.clone();
        validation.map(|(data, range)| evaluate(network, state, loss, metrics, data, range)).transpose()
    }
}
