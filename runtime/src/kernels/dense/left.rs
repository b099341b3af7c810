//! The gradient of the weights of outputs that fill no square: samples in the lanes, a block of weights in registers.

use core::array;
use core::ops::Range;

use bytemuck::cast_slice_mut;
use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::rest::{backward_rest, rows};
use super::weights::{ask, wanted};
use super::{Columns, registers};
use crate::kernels::framed;
use crate::kernels::sink::{Sink, Window};
use crate::kernels::transpose::sum_few;
use crate::scalar::{Lane, Scalar};

/// How many inputs are handed over at once.
const INPUTS: usize = 16;

/// The same as [`backward_weights`](super::backward_weights) for the outputs that fill no square, which lie sample by
/// sample: the inputs of a block are multiplied lane by lane, and the lanes summed when all tiles are in.
///
/// The sums are put down in the order of the weights. Where these are all the outputs of a layer, the weights of several
/// inputs follow each other without a gap, and go to the sink in whole vectors.
#[inline(always)]
pub(crate) fn backward_weights_left<T: Scalar, S: Simd, K: Sink<T>>(
    simd: S,
    tiles: &[Columns<'_, T>],
    outputs: usize,
    start: usize,
    sink: &mut K,
) {
    if rows::<T, S>(outputs) {
        return backward_rest(simd, tiles, outputs, start, sink);
    }
    let inputs = wanted(tiles, outputs, start, sink);
    let all = tiles.first().map_or(0, |(x, _)| x.len());
    let width = outputs % T::LANES;
    // a smaller layer's tiles are at hand
    let far = all * outputs > 1024;
    if far {
        ask::<T>(tiles, inputs.start..inputs.end.min(inputs.start + INPUTS), 0..width);
    }
    let mut numbers = [T::Lane::splat(T::ZERO); INPUTS + 1];
    for first in inputs.clone().step_by(INPUTS) {
        let end = inputs.end.min(first + INPUTS);
        if far {
            ask::<T>(tiles, end..inputs.end.min(end + INPUTS), 0..0);
        }
        let numbers = cast_slice_mut(&mut numbers);
        let mut strips = Strips { tiles, all, inputs: first..end, width, outputs: 0..width, numbers };
        // as many running vectors as hide how long an addition takes, of few inputs and outputs, which are loaded less
        // often than they are multiplied
        match const { registers::<S>() } {
            16 if all >= 4 => {
                strips.sum::<S, 4, 4, 4, 4>(simd);
                strips.sum::<S, 4, 3, 4, 3>(simd);
                strips.sum::<S, 4, 2, 4, 2>(simd);
                if all >= 8 {
                    strips.sum::<S, 8, 1, 8, 1>(simd);
                }
                strips.sum::<S, 4, 1, 4, 1>(simd);
            }
            4 if all >= 4 => {
                strips.sum::<S, 4, 4, 2, 2>(simd);
                strips.sum::<S, 4, 2, 2, 2>(simd);
                strips.sum::<S, 4, 1, 4, 1>(simd);
            }
            2 if all >= 4 => {
                strips.sum::<S, 4, 4, 2, 1>(simd);
                strips.sum::<S, 4, 1, 2, 1>(simd);
            }
            _ => strips.sum::<S, 1, 1, 1, 1>(simd),
        }
        let rows = end - first;
        let place = start + first * outputs;
        let windows = if width == outputs {
            let (whole, rest) = (rows * width / T::LANES, rows * width % T::LANES);
            let row = Window { start: place, rows: whole, width: T::LANES, stride: T::LANES };
            [row, Window { start: place + whole * T::LANES, rows: rest.min(1), width: rest, stride: rest }]
        } else {
            let none = Window { start: place, rows: 0, width: 0, stride: 0 };
            [Window { start: place, rows, width, stride: outputs }, none]
        };
        let mut next = 0;
        for window in windows {
            if window.rows > 0 {
                let block: [[T::Vector<S>; 1]; INPUTS] = array::from_fn(
                    #[inline(always)]
                    |row| match strips.numbers.get(next + row * window.width..).and_then(|row| row.get(..T::LANES)) {
                        Some(row) => [T::Vector::<S>::from_slice(simd, row)],
                        None => [T::Vector::<S>::splat(simd, T::ZERO)],
                    },
                );
                sink.take(simd, window, &block);
                next += window.rows * window.width;
            }
        }
    }
}

/// What is to be summed, and where it goes.
struct Strips<'a, T: Scalar> {
    tiles: &'a [Columns<'a, T>],
    /// How many inputs the layer has.
    all: usize,
    inputs: Range<usize>,
    /// How many outputs there are.
    width: usize,
    /// Those that are left to do.
    outputs: Range<usize>,
    /// The sums, in the order of the weights.
    numbers: &'a mut [T],
}

impl<T: Scalar> Strips<'_, T> {
    /// Takes `O` outputs at a time, as long as there are so many, and `B` of the inputs, `P` and `Q` of them in registers.
    #[inline(always)]
    fn sum<S: Simd, const B: usize, const O: usize, const P: usize, const Q: usize>(&mut self, simd: S) {
        framed!(simd, self.sum_here::<S, B, O, P, Q>(simd));
    }

    /// [`sum`](Self::sum), in the stack frame that it is called in.
    #[inline(always)]
    fn sum_here<S: Simd, const B: usize, const O: usize, const P: usize, const Q: usize>(&mut self, simd: S) {
        let Self { tiles, all, inputs, width, outputs, numbers } = self;
        while outputs.len() >= O {
            for input in inputs.clone().step_by(B) {
                // the last block may begin before its turn, and sum some once more
                let input = input.min(*all - B);
                let mut sums = [[T::Vector::<S>::splat(simd, T::ZERO); O]; B];
                for b in (0..B).step_by(P) {
                    for o in (0..O).step_by(Q) {
                        let block = block::<T, S, P, Q>(simd, tiles, input + b, outputs.start + o);
                        for (sums, block) in sums[b..].iter_mut().zip(block) {
                            for (sum, block) in sums[o..].iter_mut().zip(block) {
                                *sum = block;
                            }
                        }
                    }
                }
                let mut totals = [T::Lane::splat(T::ZERO); 2];
                for (total, sums) in totals.iter_mut().zip(sums.as_flattened().chunks(T::LANES)) {
                    total.store(sum_few::<T, S>(simd, sums));
                }
                let totals: &[T] = cast_slice_mut(&mut totals);
                for (input, totals) in (input..).zip(totals.as_chunks::<O>().0.iter().take(B)) {
                    // inputs before the first wrap around to places that there are not
                    let row = input.wrapping_sub(inputs.start).wrapping_mul(*width);
                    let place = row.wrapping_add(outputs.start);
                    let Some(numbers) = numbers.get_mut(place..).and_then(<[_]>::first_chunk_mut) else { continue };
                    *numbers = *totals;
                }
            }
            outputs.start += O;
        }
    }
}

/// The gradient of the weights from `B` inputs to `O` outputs, lane by lane.
#[inline(always)]
fn block<T: Scalar, S: Simd, const B: usize, const O: usize>(
    simd: S,
    tiles: &[Columns<'_, T>],
    input: usize,
    output: usize,
) -> [[T::Vector<S>; O]; B] {
    let mut sums = [[T::Vector::<S>::splat(simd, T::ZERO); O]; B];
    for (x, dy) in tiles {
        let x = x.get(input..).and_then(<[_]>::first_chunk::<B>);
        let dy = dy.get(output..).and_then(<[_]>::first_chunk::<O>);
        let (Some(x), Some(dy)) = (x, dy) else { break };
        for (sums, x) in sums.iter_mut().zip(x) {
            let x = x.load(simd);
            for (sum, dy) in sums.iter_mut().zip(dy) {
                *sum = x.mul_add(dy.load(simd), *sum);
            }
        }
    }
    sums
}
