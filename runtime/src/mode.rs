//! Why samples go through a network: for training, with random numbers, or for a prediction, without; and what a first
//! layer can do about samples that lie in memory: prefetch the next ones, or read these where they lie.

use crate::kernels::ahead::Ahead;
use crate::kernels::dense::Given;
use crate::noise::Noise;

/// Whether samples go through a network for its training or for its prediction: [`Training`] or [`Inference`].
pub trait Mode: Copy {
    /// Where the next layer takes its random numbers from; `None` in a prediction.
    fn noise(self) -> Option<Noise>;

    /// The mode of the layer after one that has taken `streams` of random numbers.
    #[must_use]
    fn after(self, streams: usize) -> Self;

    /// The mode of a later tile of a group, whose first sample comes `samples` after the first of the group.
    #[must_use]
    fn at(self, samples: usize) -> Self;

    /// What a layer can prefetch while it computes: up to `samples` of those that come next.
    #[inline(always)]
    fn ahead(&self, _samples: usize) -> Option<Ahead<'_>> {
        None
    }

    /// Where the samples lie, if they have not been gathered: for a first layer that
    /// [reads](crate::layers::Layer::READS) them.
    #[inline(always)]
    fn given(&self) -> Option<Given<'_>> {
        None
    }

    /// The mode of the layers after one that has prefetched samples, or read them.
    #[must_use]
    #[inline(always)]
    fn asked(self) -> Self {
        self
    }
}

/// Prediction and evaluation: nothing is random.
#[derive(Clone, Copy, Debug)]
pub struct Inference;

impl Mode for Inference {
    #[inline(always)]
    fn noise(self) -> Option<Noise> {
        None
    }

    #[inline(always)]
    fn after(self, _: usize) -> Self {
        self
    }

    #[inline(always)]
    fn at(self, _: usize) -> Self {
        self
    }
}

/// Training, with random numbers.
#[derive(Clone, Copy, Debug)]
pub struct Training(pub Noise);

impl Mode for Training {
    #[inline(always)]
    fn noise(self) -> Option<Noise> {
        Some(self.0)
    }

    #[inline(always)]
    fn after(self, streams: usize) -> Self {
        Self(self.0.after(streams))
    }

    #[inline(always)]
    fn at(self, samples: usize) -> Self {
        Self(self.0.at(samples))
    }
}

/// A mode in which samples that come next are prefetched.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking<'a, M>(pub(crate) M, pub(crate) Option<Ahead<'a>>);

#[cfg(feature = "alloc")]
impl<M: Mode> Mode for Asking<'_, M> {
    #[inline(always)]
    fn noise(self) -> Option<Noise> {
        self.0.noise()
    }

    #[inline(always)]
    fn after(self, streams: usize) -> Self {
        Self(self.0.after(streams), self.1)
    }

    #[inline(always)]
    fn at(self, samples: usize) -> Self {
        Self(self.0.at(samples), self.1.map(|ahead| ahead.at(samples)))
    }

    #[inline(always)]
    fn ahead(&self, samples: usize) -> Option<Ahead<'_>> {
        self.1.map(|ahead| ahead.first(samples))
    }

    #[inline(always)]
    fn given(&self) -> Option<Given<'_>> {
        self.0.given()
    }

    #[inline(always)]
    fn asked(self) -> Self {
        Self(self.0.asked(), None)
    }
}

/// A prediction in which the first layer reads samples where they lie, if there are such.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a>(pub(crate) Option<Given<'a>>);

#[cfg(feature = "alloc")]
impl Mode for Reading<'_> {
    #[inline(always)]
    fn noise(self) -> Option<Noise> {
        None
    }

    #[inline(always)]
    fn after(self, _: usize) -> Self {
        self
    }

    #[inline(always)]
    fn at(self, samples: usize) -> Self {
        Self(self.0.map(|given| given.at(samples)))
    }

    #[inline(always)]
    fn given(&self) -> Option<Given<'_>> {
        self.0
    }

    #[inline(always)]
    fn asked(self) -> Self {
        Self(None)
    }
}
