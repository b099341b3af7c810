//! What trainers know of their steps, so that one can be taken back.

use fearless_simd::Level;

use crate::error::Error;
use crate::frozen;
use crate::kernels::dispatch;
use crate::kernels::within::{Look, Looked};
use crate::network::Network;
use crate::optimizers::Step;
use crate::scalar::Scalar;

/// The steps of a trainer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps {
    /// How many there were.
    pub(crate) made: u64,
    /// How many of them the optimizer has forgotten, since the training went astray by them.
    pub(crate) forgotten: u64,
    /// Whether the parameters from before the last one are kept.
    pub(crate) kept: bool,
    /// The sum of the parameters after it, if they were looked at: others may have been put in their place since.
    seen: Option<u32>,
}

impl Steps {
    /// Before the first.
    pub(crate) const NONE: Self = Self { made: 0, forgotten: 0, kept: false, seen: None };

    /// As many, the last of which can be taken back.
    #[cfg(feature = "safetensors")]
    pub(crate) const fn resumed(made: u64, forgotten: u64) -> Self {
        Self { made, forgotten, kept: true, seen: None }
    }

    /// How many of them the optimizer's slots remember.
    pub(crate) const fn remembered(&self) -> u64 {
        self.made.saturating_sub(self.forgotten)
    }

    /// What the optimizer is told of the next.
    #[inline(always)]
    pub(crate) const fn next(&self, learning_rate: f64) -> Step {
        Step { iteration: self.remembered(), learning_rate }
    }

    /// The same, if it can be made with this rate.
    #[inline(always)]
    pub(crate) fn checked(&self, learning_rate: f64) -> Result<Step, Error> {
        if (0.0..=f64::MAX).contains(&learning_rate) {
            return Ok(self.next(learning_rate));
        }
        Err(Error::LearningRate { iteration: self.made, learning_rate })
    }

    /// Counts one.
    #[inline(always)]
    pub(crate) const fn count(&mut self) {
        *self = Self { made: self.made + 1, kept: true, seen: None, ..*self };
    }

    /// Looks at the parameters that the last step has led to, unless that was done: whether all that it moved are numbers still.
    pub(crate) fn look<N: Network>(&mut self, level: Level, network: &N, previous: &[N::Scalar]) -> bool {
        if !self.kept || self.seen.is_some() {
            return true;
        }
        let Looked { finite, sum } = dispatch(level, Look { numbers: network.as_flat() });
        self.seen = Some(sum);
        finite || !frozen::spoiled(network, previous)
    }

    /// Puts back the last parameters that gave a finite loss, if they are kept, and lets the optimizer forget all that it
    /// remembers, which has led here. What others have put into the network since the last step stays there, if it is
    /// numbers.
    pub(crate) fn take_back<N: Network>(
        &mut self,
        level: Level,
        network: &mut N,
        previous: &[N::Scalar],
        slots: &mut [N::Scalar],
    ) {
        if self.kept {
            let Looked { finite, sum } = dispatch(level, Look { numbers: network.as_flat() });
            let theirs = finite && self.seen.is_some_and(|seen| seen != sum);
            if !theirs {
                frozen::restore(network, previous);
            }
        }
        slots.fill(N::Scalar::ZERO);
        *self = Self { forgotten: self.made, kept: false, ..*self };
    }
}
