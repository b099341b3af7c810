//! What a trainer remembers.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytemuck::{zeroed_box, zeroed_slice_box};

use super::Settings;
use super::memory::{OnLines, Slots};
use super::run::repeats;
use crate::error::Error;
use crate::group::tiles_remembered;
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::pass::Pass;
use crate::steps::Steps;
use crate::threads::Threads;

/// What a trainer remembers between steps and reuses: all its memory is here.
pub(super) struct State<N: Network> {
    pub(super) pass: Pass<N>,
    pub(super) threads: Threads,
    pub(super) slots: Slots<N::Scalar>,
    pub(super) previous: Box<OnLines<N>>,
    /// The slots from before one step of some, where [`repeats`] tells.
    pub(super) marked: Box<[N::Scalar]>,
    /// Of this fit, as far as `previous` is concerned.
    pub(super) steps: Steps,
    /// Of the batch of the last single step.
    pub(super) loss: f64,
    pub(super) order: Vec<u32>,
    pub(super) epoch: usize,
    /// The rate that a callback has set.
    pub(super) learning_rate: Option<f64>,
}

impl<N: Network> State<N> {
    pub(super) fn new<O: Optimizer>(optimizer: &mut O, settings: &Settings) -> Self {
        optimizer.prepare(N::LAYERS);
        let pass = Pass::with_tiles(tiles_remembered::<N>());
        let best = pass.level();
        let previous: Box<OnLines<N>> = zeroed_box();
        let slots = Slots::new(O::SLOTS, previous.as_flat());
        Self {
            pass: pass.with_level(settings.level.unwrap_or(best)),
            #[cfg(feature = "rayon")]
            threads: Threads::new(settings.threads),
            #[cfg(not(feature = "rayon"))]
            threads: Threads::ONE,
            marked: zeroed_slice_box(if const { repeats::<N, O>() } { slots.len() } else { 0 }),
            slots,
            previous,
            steps: Steps::NONE,
            loss: f64::NAN,
            order: Vec::new(),
            epoch: 0,
            learning_rate: None,
        }
    }

    /// The rate of the next step.
    pub(super) fn learning_rate(&self, optimizer: &impl Optimizer) -> f64 {
        self.learning_rate.unwrap_or_else(|| optimizer.learning_rate(self.steps.made))
    }

    /// Whether all that the last step has moved are numbers.
    pub(super) fn look(&mut self, network: &N) -> bool {
        self.steps.look(self.pass.level(), network, self.previous.as_flat())
    }

    /// Puts back the last parameters that gave a finite loss, and forgets what led away from them.
    pub(super) fn take_back(&mut self, network: &mut N) {
        self.steps.take_back(self.pass.level(), network, self.previous.as_flat(), &mut self.slots);
        self.pass.clear();
    }

    /// What is said of a training that went astray with this loss of a batch, and with the step after it if the loss is
    /// finite.
    pub(super) fn diverged(&self, batch: u64, loss: f64) -> Error {
        let batch = usize::try_from(batch).unwrap_or(usize::MAX);
        Error::Diverged { epoch: self.epoch.max(1), batch, loss }
    }
}
