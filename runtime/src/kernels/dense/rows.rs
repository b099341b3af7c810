//! The forward product of samples that nobody has gathered: they are read where they lie.
//!
//! The outputs sit in the lanes, and each number of a sample is broadcast. To transpose the outputs takes less time than to
//! transpose the inputs, where there are fewer of them.

use bytemuck::{cast_slice, try_cast_slice};
use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{asks, registers, shared};
use crate::kernels::ahead::Ahead;
use crate::scalar::{Lane, Scalar};

/// Samples that lie one after the other.
#[cfg_attr(not(feature = "alloc"), allow(dead_code, reason = "only what predicts many samples makes them"))]
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    bytes: &'a [u8],
    /// Of one.
    width: usize,
}

#[cfg_attr(not(feature = "alloc"), allow(dead_code, reason = "only what predicts many samples makes them"))]
impl<'a> Given<'a> {
    /// Samples of `width` numbers.
    #[inline(always)]
    pub(crate) fn new<T: Scalar>(numbers: &'a [T], width: usize) -> Self {
        Self { bytes: cast_slice(numbers), width: width * size_of::<T>() }
    }

    /// Those that are so many further on.
    #[inline(always)]
    pub(crate) fn at(self, samples: usize) -> Self {
        Self { bytes: self.bytes.get(samples * self.width..).unwrap_or_default(), ..self }
    }

    #[inline(always)]
    fn samples<T: Scalar, const IN: usize>(self) -> &'a [[T; IN]] {
        try_cast_slice(self.bytes).unwrap_or_default()
    }
}

/// Whether samples are read where they lie by a layer of so many inputs and outputs: one that [asks](super::asks), so that no
/// layer after it takes them for its own, whose outputs fill pairs of squares, which has so many inputs that to gather them
/// costs more, and whose weights stay in half of a second-level cache. Of more weights each is better read for two tiles at
/// once.
pub(crate) const fn reads<T: Scalar>(inputs: usize, outputs: usize) -> bool {
    asks::<T>(inputs, outputs)
        && inputs >= 2 * outputs
        && outputs.is_multiple_of(2 * T::LANES)
        && inputs * outputs * size_of::<T>() <= 1 << 19
}

/// Whether the instruction set has the registers for that.
pub(crate) const fn can_read<S: Simd>() -> bool {
    registers::<S>() == 16
}

/// `y[o] = b[o] + sum_i w[i, o] x[i]` for `N` tiles of a layer that [`reads`], all of whose lanes are given.
#[inline(always)]
pub(crate) fn forward_rows<T: Scalar, S: Simd, const IN: usize, const OUT: usize, const N: usize>(
    simd: S,
    weights: &[[T; OUT]; IN],
    bias: &[T],
    given: Given<'_>,
    mut y: [&mut [T::Lane]; N],
    ahead: Option<Ahead<'_>>,
) {
    let x = given.samples::<T, IN>();
    // the lines to ask for, spread over the outputs
    let lines = ahead.map_or(0, Ahead::lines).div_ceil(OUT / (2 * T::LANES));
    // the same weights for all samples, so that they come from the second-level cache at worst
    for (pair, first) in (0..OUT).step_by(2 * T::LANES).enumerate() {
        let mut rows = Block { weights, bias, first, x, y: &mut y };
        if const { N * T::LANES == 32 } {
            rows.fill::<S, 11>(simd, 0);
            rows.fill::<S, 11>(simd, 11);
            rows.fill::<S, 10>(simd, 22);
        } else {
            for sample in (0..N * T::LANES).step_by(8) {
                rows.fill::<S, 8>(simd, sample);
            }
        }
        for line in pair * lines..(pair + 1) * lines {
            let Some(ahead) = ahead else { break };
            ahead.ask(line);
        }
    }
    for y in y {
        shared::transpose_squares::<T, S>(simd, y);
    }
}

/// Two vectors of outputs of all samples.
struct Block<'a, 'y, T: Scalar, const IN: usize, const OUT: usize, const N: usize> {
    weights: &'a [[T; OUT]; IN],
    bias: &'a [T],
    /// The first of the outputs.
    first: usize,
    x: &'a [[T; IN]],
    y: &'a mut [&'y mut [T::Lane]; N],
}

impl<T: Scalar, const IN: usize, const OUT: usize, const N: usize> Block<'_, '_, T, IN, OUT, N> {
    /// Computes those of `B` samples.
    #[inline(always)]
    fn fill<S: Simd, const B: usize>(&mut self, simd: S, sample: usize) {
        let places = [self.first, self.first + T::LANES];
        let start = places.map(
            #[inline(always)]
            |o| match self.bias.get(o..o + T::LANES) {
                Some(bias) => T::Vector::<S>::from_slice(simd, bias),
                None => T::Vector::<S>::splat(simd, T::ZERO),
            },
        );
        let Some(x) = self.x.get(sample..).and_then(<[_]>::first_chunk::<B>) else { return };
        let mut sums = [start; B];
        for (i, row) in self.weights.iter().enumerate() {
            let Some(row) = row.get(self.first..self.first + 2 * T::LANES) else { break };
            let (left, right) = row.split_at(T::LANES);
            let row = [T::Vector::<S>::from_slice(simd, left), T::Vector::<S>::from_slice(simd, right)];
            for (sums, x) in sums.iter_mut().zip(x) {
                let x = T::Vector::<S>::splat(simd, x[i]);
                for (sum, row) in sums.iter_mut().zip(&row) {
                    *sum = x.mul_add(*row, *sum);
                }
            }
        }
        for (sample, sums) in (sample..).zip(&sums) {
            let Some(y) = self.y.get_mut(sample / T::LANES) else { return };
            let square = y.get_mut(self.first + sample % T::LANES..).unwrap_or_default();
            for (column, sum) in square.iter_mut().step_by(T::LANES).zip(sums) {
                column.store(*sum);
            }
        }
    }
}
