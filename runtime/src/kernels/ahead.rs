//! Samples that are asked for while the step before still computes.

use super::flat::prefetch_far;
use crate::scalar::Scalar;

/// Samples that lie in memory, each as far from the one before.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a, T> {
    /// The numbers of the first sample.
    pub(crate) first: &'a [T],
    /// How many numbers lie from the first of a sample to that of the next.
    pub(crate) pitch: usize,
}

/// The samples of the next batch, which are asked for little by little while this step moves the parameters: the way from
/// memory is narrow, and gathering would wait for each.
///
/// They are asked for as they will be gathered, a vector of each sample of a tile at a time. One sample after another
/// would be slower: a processor looks for the pages of several addresses at once, and then goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ahead<'a, T> {
    rows: Rows<'a, T>,
    samples: &'a [u32],
    /// Which vector of the first `LANES` samples is next.
    next: usize,
    /// How many vectors of a tile belong to a parameter, in parts of [`WHOLE`].
    pace: u64,
    /// The part of a vector that is due.
    due: u64,
}

const WHOLE: u64 = 1 << 32;

impl<'a, T: Scalar> Ahead<'a, T> {
    /// These samples, during a step that moves so many parameters.
    #[inline(always)]
    pub(crate) fn new(rows: Rows<'a, T>, samples: &'a [u32], parameters: usize) -> Self {
        let vectors = (samples.len().div_ceil(T::LANES) * Self::vectors(rows)) as u64;
        Self { rows, samples, next: 0, pace: (vectors * WHOLE).div_ceil(parameters.max(1) as u64), due: 0 }
    }

    /// How many cache lines a sample lies on, if it does not begin with one.
    #[inline(always)]
    fn vectors(rows: Rows<'_, T>) -> usize {
        rows.first.len().div_ceil(T::LANES) + 1
    }

    /// Asks for what belongs to so many parameters.
    #[inline(always)]
    pub(crate) fn ask(&mut self, parameters: usize) {
        self.due += self.pace * parameters as u64;
        while self.due >= WHOLE {
            self.due -= WHOLE;
            let (tile, later) = self.samples.split_at(T::LANES.min(self.samples.len()));
            for &index in tile {
                prefetch_far(self.rows.first, index as usize * self.rows.pitch + self.next * T::LANES);
            }
            self.next += 1;
            if self.next == Self::vectors(self.rows) {
                (self.samples, self.next) = (later, 0);
            }
        }
    }

    /// What is to be asked for with the first `count` of so many parameters, and with the others.
    #[inline(always)]
    pub(crate) fn split(self, count: usize, of: usize) -> (Self, Self) {
        let tiles = self.samples.len().div_ceil(T::LANES) * count / of.max(1);
        let (first, second) = self.samples.split_at((tiles * T::LANES).min(self.samples.len()));
        (Self { samples: first, ..self }, Self { samples: second, ..self })
    }
}
