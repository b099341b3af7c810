//! The product for one sample where the sizes are known: the sums stay in registers until they have gone through the
//! activation.

use core::ops::Range;

use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::predict::total;
use super::registers;
use crate::kernels::compact;
use crate::kernels::part::{Part, VECTORS};
use crate::scalar::Scalar;

/// Whether [`Known`] has registers for the sums of so many outputs.
pub(crate) const fn is_short<T: Scalar>(outputs: usize) -> bool {
    outputs <= 4 * T::LANES
}

/// Whether a layer of so many outputs has a product of its own: if its sums fit into registers, of which there are some. A
/// larger one waits for its weights rather than for its sums.
pub(crate) const fn is_known<T: Scalar, S: Simd>(outputs: usize) -> bool {
    VECTORS && !compact::<S>() && is_short::<T>(outputs)
}

/// A layer and a sample.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a, T, const IN: usize, const OUT: usize> {
    pub(crate) weights: &'a [[T; OUT]; IN],
    /// As many as outputs, or none.
    pub(crate) bias: &'a [T],
    pub(crate) x: &'a [T; IN],
}

impl<T: Scalar, const IN: usize, const OUT: usize> Known<'_, T, IN, OUT> {
    /// `y = f(b + sum_i w[i, ..] x[i])` of outputs that are [`is_short`]: they sit in the lanes. `f` is taken in two widths, the
    /// second where there are few outputs.
    #[inline(always)]
    pub(crate) fn predict<S: Simd>(
        self,
        simd: S,
        y: &mut [T; OUT],
        wide: impl Fn(T::Vector<S>) -> T::Vector<S>,
        narrow: impl Fn(T::Quarter<S>) -> T::Quarter<S>,
    ) {
        if const { OUT <= T::LANES / 4 } {
            self.run::<S, T::Quarter<S>, 1, 8, 8>(simd, y, narrow);
        } else if const { OUT <= T::LANES } {
            self.run::<S, T::Vector<S>, 1, 8, 4>(simd, y, wide);
        } else if const { OUT <= 2 * T::LANES } {
            self.run::<S, T::Vector<S>, 2, 4, 2>(simd, y, wide);
        } else if const { OUT <= 3 * T::LANES } {
            self.run::<S, T::Vector<S>, 3, 4, 1>(simd, y, wide);
        } else {
            self.run::<S, T::Vector<S>, 4, 4, 1>(simd, y, wide);
        }
    }

    /// With `B` vectors of outputs, and `LONG` sums of each where registers are long, else `SHORT`: so they need not wait for
    /// each other.
    #[inline(always)]
    fn run<S: Simd, V, const B: usize, const LONG: usize, const SHORT: usize>(
        self,
        simd: S,
        y: &mut [T; OUT],
        f: impl Fn(V) -> V,
    ) where
        V: SimdFloat<S, Element = T> + Part<S>,
    {
        let Self { weights, bias, x } = self;
        let weights = weights.as_flattened();
        let sums = if const { registers::<S>() == 16 } {
            sums::<T, S, V, B, LONG>(simd, weights, bias, x, OUT)
        } else {
            sums::<T, S, V, B, SHORT>(simd, weights, bias, x, OUT)
        };
        for (b, sum) in sums.into_iter().enumerate() {
            let y = y.get_mut(start::<S, V>(b, OUT)..).unwrap_or_default();
            f(sum).store_part(y);
        }
    }
}

// What follows is inlined into each layer, where its sizes are constants; as arguments they do not make it one more function
// for each, which the compiler would have to read before that.

/// Where vector `b` begins: the last one where it ends with the outputs, though some are computed twice then.
#[inline(always)]
const fn start<S: Simd, V: SimdBase<S>>(b: usize, outputs: usize) -> usize {
    let start = b * V::LEN;
    if start + V::LEN <= outputs { start } else { outputs.saturating_sub(V::LEN) }
}

/// What the outputs are before the activation, summed `U` inputs at a time. Where the outputs are less than a vector, numbers
/// that follow a row are read along, and not used.
#[inline(always)]
fn sums<T: Scalar, S: Simd, V, const B: usize, const U: usize>(
    simd: S,
    weights: &[T],
    bias: &[T],
    x: &[T],
    outputs: usize,
) -> [V; B]
where
    V: SimdFloat<S, Element = T> + Part<S>,
{
    let mut sums = [[V::splat(simd, T::ZERO); B]; U];
    if let Some(bias) = bias.get(..outputs) {
        for (b, sum) in sums[0].iter_mut().enumerate() {
            *sum = V::load_part(simd, bias.get(start::<S, V>(b, outputs)..).unwrap_or_default());
        }
    }
    // the last rows may end before a whole vector does
    let whole = whole_rows(x.len(), outputs, V::LEN);
    let turns = whole / U;
    for (turn, x) in x.as_chunks::<U>().0.iter().enumerate().take(turns) {
        for (k, (sums, x)) in sums.iter_mut().zip(x).enumerate() {
            let x = V::splat(simd, *x);
            for (b, sum) in sums.iter_mut().enumerate() {
                let start = (turn * U + k) * outputs + start::<S, V>(b, outputs);
                let Some(row) = weights.get(start..start + V::LEN) else { break };
                *sum = V::from_slice(simd, row).mul_add(x, *sum);
            }
        }
    }
    add(simd, weights, x, outputs, &mut sums, turns * U..whole);
    add(simd, weights, x, outputs, &mut sums, whole..x.len());
    total::<S, V, B, U>(sums, x.len())
}

/// Adds a few rows.
#[inline(always)]
fn add<T: Scalar, S: Simd, V, const B: usize, const U: usize>(
    simd: S,
    weights: &[T],
    x: &[T],
    outputs: usize,
    sums: &mut [[V; B]; U],
    rows: Range<usize>,
) where
    V: SimdFloat<S, Element = T> + Part<S>,
{
    for i in rows {
        // where size counts, the compiler does not see that these are within
        let rows = weights.get(i * outputs..);
        let (Some(sums), Some(rows), Some(x)) = (sums.get_mut(i % U), rows, x.get(i)) else { break };
        let x = V::splat(simd, *x);
        for (b, sum) in sums.iter_mut().enumerate() {
            let row = rows.get(start::<S, V>(b, outputs)..).unwrap_or_default();
            *sum = V::load_part(simd, row).mul_add(x, *sum);
        }
    }
}

/// How many rows are followed by as many numbers as fill a vector.
const fn whole_rows(inputs: usize, outputs: usize, vector: usize) -> usize {
    if outputs >= vector {
        return inputs;
    }
    match (inputs * outputs).checked_sub(vector) {
        Some(last) => last / outputs + 1,
        None => 0,
    }
}
