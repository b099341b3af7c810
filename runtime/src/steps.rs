//! What trainers know of their steps, so that one can be taken back.

use bytemuck::cast_slice;
use fearless_simd::Level;

use crate::error::Error;
use crate::frozen;
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
    /// Whether the parameters after it were looked at.
    looked: bool,
    /// Their [`mark`], if the caller may have changed them since.
    mark: Option<u32>,
}

impl Steps {
    /// Before the first.
    pub(crate) const NONE: Self = Self { made: 0, forgotten: 0, kept: false, looked: false, mark: None };

    /// Those of a checkpoint, the last of which can be taken back.
    #[cfg(feature = "safetensors")]
    pub(crate) const fn resumed(made: u64, forgotten: u64) -> Self {
        Self { made, forgotten, kept: true, ..Self::NONE }
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
        *self = Self { made: self.made + 1, forgotten: self.forgotten, kept: true, looked: false, mark: None };
    }

    /// The same, of a step after which others may put other parameters into the network.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) fn count_alone<N: Network>(&mut self, network: &N) {
        self.count();
        self.mark = Some(mark(network));
    }

    /// Whether all parameters that the last step has moved are finite still. Looks at them once for each step.
    pub(crate) fn look<N: Network>(&mut self, level: Level, network: &N, previous: &[N::Scalar]) -> bool {
        if !self.kept || self.looked {
            return true;
        }
        (self.looked, self.mark) = (true, Some(mark(network)));
        N::Scalar::within(level, network.as_flat(), false) || !frozen::spoiled(network, previous)
    }

    /// Puts back the last parameters that gave a finite loss, if they are kept, and lets the optimizer forget all that
    /// it remembers, which has led here. What others have put into the network since the last step stays there, if it
    /// is numbers.
    pub(crate) fn take_back<N: Network>(
        &mut self,
        level: Level,
        network: &mut N,
        previous: &[N::Scalar],
        slots: &mut [N::Scalar],
    ) {
        let others = self.mark.is_some_and(|ours| ours != mark(network));
        if self.kept && !(others && N::Scalar::within(level, network.as_flat(), false)) {
            frozen::restore(network, previous);
        }
        slots.fill(N::Scalar::ZERO);
        *self = Self { forgotten: self.made, kept: false, ..*self };
    }
}

/// A sum of some of the network's numbers, by which it is known again. To look at all of them would take as long as a
/// step of a small network.
#[inline(always)]
fn mark<N: Network>(network: &N) -> u32 {
    const PLACES: usize = 4;
    let words: &[u32] = cast_slice(network.as_flat());
    let number = |place| words.get(words.len().saturating_sub(1) * place / (PLACES - 1)).copied().unwrap_or_default();
    (0..PLACES).fold(0, |sum, place| sum.wrapping_add(number(place)))
}
