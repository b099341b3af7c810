//! Batches between which nobody looks at the parameters.
//!
//! Should a loss not be finite, the parameters from before the last step are wanted. To put them down in each step costs a
//! large network a write of each parameter, and memory that drives what the step needs out of the second-level cache. So they
//! are put down in one step of many, and the slots with them. The steps after it can be made once more up to any other: the
//! same steps from the same numbers, to the last bit.

use super::batch::{Train, whole_gradient};
use super::fit::Data;
use crate::data::{Samples, Targets};
use crate::error::Error;
use crate::frozen;
use crate::group::by_layer;
use crate::kernels::dispatch;
use crate::losses::Loss;
use crate::metrics::{Mean, Metrics};
use crate::network::Network;
use crate::noise::Noise;
use crate::optimizers::{Optimizer, Step};
use crate::pass::Pass;
use crate::steps::Steps;

/// Of how many bytes the slots may be that are put down.
const MEMORY: usize = 3 * 1024 * 1024;

/// How many steps there are from one that puts down numbers to the next: as many are made once more at most.
const STEPS: usize = 256;

/// In fewer steps than this there is nothing to gain.
const FEW: usize = 16;

/// Whether steps are made once more, where the last is to be taken back. An optimizer that wants the whole gradient may look at
/// the parameters from before the step.
pub(super) const fn repeats<N: Network, O: Optimizer>() -> bool {
    by_layer::<N>() && !whole_gradient::<N, O>() && N::BARRIERS == 0 && size_of::<N>() * O::SLOTS <= MEMORY
}

/// Such batches.
pub(super) struct Run<'a, N: Network, L, O, X: ?Sized, Y: ?Sized> {
    pub(super) network: &'a mut N,
    /// The parameters from before the last step, or before the last that has put them down.
    pub(super) previous: &'a mut N,
    pub(super) pass: &'a mut Pass<N>,
    pub(super) slots: &'a mut [N::Scalar],
    /// The slots from before the step that has put them down.
    pub(super) marked: &'a mut [N::Scalar],
    pub(super) data: Data<'a, X, Y>,
    pub(super) indices: &'a [u32],
    /// How many samples make a batch.
    pub(super) size: usize,
    /// The samples of the batch after these, as far as they are known.
    pub(super) coming: &'a [u32],
    /// Of the first sample.
    pub(super) noise: Noise,
    pub(super) loss: &'a L,
    pub(super) optimizer: &'a mut O,
    /// The steps before these.
    pub(super) steps: Steps,
    /// The rate that a callback has set.
    pub(super) learning_rate: Option<f64>,
    pub(super) threads: usize,
}

impl<N, L, O, X, Y> Run<'_, N, L, O, X, Y>
where
    N: Network,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    O: Optimizer,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    /// What is told of the step of a batch, from 0, if it can be made with its rate.
    pub(super) fn told(&self, batch: usize) -> Result<Step, Error> {
        let mut steps = self.steps;
        steps.made += batch as u64;
        steps.checked(self.learning_rate.unwrap_or_else(|| self.optimizer.learning_rate(steps.made)))
    }

    /// Trains on a batch, and returns its loss. If that is not finite, the parameters from before the last step are in
    /// `previous` afterwards.
    pub(super) fn train<M: Metrics<N::Scalar, N::Output, Y::Tile>>(
        &mut self,
        (batch, step): (usize, Step),
        metrics: &M,
        means: (&mut Mean<N::Scalar>, &mut M::State),
    ) -> f64 {
        let batches = if const { repeats::<N, O>() } { self.indices.len().div_ceil(self.size) } else { 0 };
        if batches < FEW {
            return self.step((batch, step), true, metrics, means);
        }
        let marks = batch.is_multiple_of(STEPS);
        if marks {
            self.marked.copy_from_slice(self.slots);
        }
        // so does the step before, which could not be made again then, and the last, after which others look
        let last = batch + 1 == batches || self.told(batch + 1).is_err();
        let keep = marks || (batch + 1).is_multiple_of(STEPS) || last;
        let loss = self.step((batch, step), keep, metrics, means);
        if !loss.is_finite() && batch % STEPS > 1 {
            self.repeat(batch, metrics);
        }
        loss
    }

    /// Makes the steps once more up to that before the last, if the loss of this batch is not finite.
    #[cold]
    fn repeat<M: Metrics<N::Scalar, N::Output, Y::Tile>>(&mut self, batch: usize, metrics: &M) {
        self.pass.clear();
        frozen::restore(self.network, self.previous.as_flat());
        self.slots.copy_from_slice(self.marked);
        for batch in batch / STEPS * STEPS..batch - 1 {
            let means = (&mut Mean::default(), &mut M::State::default());
            // they could be made before
            let Ok(step) = self.told(batch) else { return };
            if !self.step((batch, step), false, metrics, means).is_finite() {
                // whoever gives other data each time it is asked has the parameters that were put down
                return;
            }
        }
        self.previous.as_flat_mut().copy_from_slice(self.network.as_flat());
    }

    fn step<M: Metrics<N::Scalar, N::Output, Y::Tile>>(
        &mut self,
        (batch, step): (usize, Step),
        keep: bool,
        metrics: &M,
        (loss_mean, metric_state): (&mut Mean<N::Scalar>, &mut M::State),
    ) -> f64 {
        let first = batch * self.size;
        let (indices, rest) = self.indices.split_at(first).1.split_at(self.size.min(self.indices.len() - first));
        let train = Train {
            network: &mut *self.network,
            pass: &mut *self.pass,
            data: self.data,
            indices,
            coming: if rest.is_empty() { self.coming } else { rest },
            noise: self.noise.at(first),
            loss: self.loss,
            metrics,
            loss_mean,
            metric_state,
            optimizer: &mut *self.optimizer,
            step,
            slots: &mut *self.slots,
            previous: if keep { self.previous.as_flat_mut() } else { &mut [] },
            threads: self.threads,
        };
        dispatch(train.pass.level(), train)
    }
}
