//! Why samples go through a network: for training, with random numbers, or for a prediction, without; and what a first
//! layer can do about samples that lie in memory: prefetch the next ones, or read these where they lie.

use core::cell::RefCell;

use crate::kernels::ahead::Ahead;
use crate::kernels::dense::{Given, Laid};
use crate::noise::Noise;

/// Whether samples go through a network for its training or for its prediction.
///
/// One type for all ways: what each layer makes of a tile is compiled once, not once for each of them.
#[derive(Clone, Copy, Debug)]
pub struct Mode<'a> {
    noise: Option<Noise>,
    ahead: Option<Ahead<'a>>,
    given: Option<Given<'a>>,
    laid: Option<&'a RefCell<Laid>>,
}

impl<'a> Mode<'a> {
    /// Prediction and evaluation: nothing is random.
    pub const INFERENCE: Self = Self { noise: None, ahead: None, given: None, laid: None };

    /// Training, with random numbers; or a prediction, if there are none.
    #[must_use]
    #[inline(always)]
    pub const fn new(noise: Option<Noise>) -> Self {
        Self { noise, ..Self::INFERENCE }
    }

    /// The same where samples that come next can be prefetched.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) const fn asking(self, ahead: Option<Ahead<'a>>) -> Self {
        Self { ahead, ..self }
    }

    /// The same where the samples lie in memory and are not gathered, if they do: for a first layer that
    /// [reads](crate::layers::Layer::READS) them.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) const fn reading(self, given: Option<Given<'a>>) -> Self {
        Self { given, ..self }
    }

    /// The same where weights that are put down for these tiles stay for the next.
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub(crate) const fn laying(self, laid: Option<&'a RefCell<Laid>>) -> Self {
        Self { laid, ..self }
    }

    /// Where the next layer takes its random numbers from; `None` in a prediction.
    #[must_use]
    #[inline(always)]
    pub const fn noise(self) -> Option<Noise> {
        self.noise
    }

    /// The mode of the layer after one that has taken `streams` of random numbers.
    #[must_use]
    #[inline(always)]
    pub fn after(self, streams: usize) -> Self {
        Self { noise: self.noise.map(|noise| noise.after(streams)), ..self }
    }

    /// The mode of a later tile of a group, whose first sample comes `samples` after the first of the group.
    #[must_use]
    #[inline(always)]
    pub fn at(self, samples: usize) -> Self {
        let Self { noise, ahead, given, laid } = self;
        Self {
            noise: noise.map(|noise| noise.at(samples)),
            ahead: ahead.map(|ahead| ahead.at(samples)),
            given: given.map(|given| given.at(samples)),
            laid,
        }
    }

    /// What a layer can prefetch while it computes: up to `samples` of those that come next.
    #[inline(always)]
    pub(crate) fn ahead(self, samples: usize) -> Option<Ahead<'a>> {
        self.ahead.map(|ahead| ahead.first(samples))
    }

    /// Where the samples lie, if they have not been gathered.
    #[inline(always)]
    pub(crate) const fn given(self) -> Option<Given<'a>> {
        self.given
    }

    /// Where weights that are put down stay, if they do.
    #[inline(always)]
    pub(crate) const fn laid(self) -> Option<&'a RefCell<Laid>> {
        self.laid
    }

    /// The mode of the layers after one that has prefetched samples, or read them.
    #[must_use]
    #[inline(always)]
    pub(crate) const fn asked(self) -> Self {
        Self { ahead: None, given: None, ..self }
    }
}
