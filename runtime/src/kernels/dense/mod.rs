//! The three products of a dense layer.
//!
//! `w[i * outputs + o]` is the weight from input `i` to output `o`: a column-major matrix of `outputs` rows, which is
//! Keras's `(inputs, outputs)` kernel in C order. Samples sit in the lanes, so each weight is broadcast:
//!
//! - forward: `y[o] = b[o] + sum_i w[i, o] x[i]`, a block of outputs in registers;
//! - gradient of the inputs: `dx[i] = sum_o w[i, o] dy[o]`, a block of inputs in registers;
//! - gradient of the weights: `dw[i, o] = sum over samples of x[i] dy[o]`, the only sum over lanes. For small layers a few
//!   running vectors, one for each weight, stay in registers over all tiles of the batch, and their lanes are summed
//!   once; of larger ones, `dy` is transposed in place, so that the outputs sit in the lanes, and a block of weights is
//!   held in registers over all samples of the batch. The first outputs, which fill no vector, are summed
//!   lane by lane here too; or they are put down sample by sample, where that wastes less than half of a vector.
//!
//! Each broadcast of a weight costs a load. With the sums of one tile there is one for every multiply-add, and one more for
//! every input: more than a processor of two loads and two multiply-adds a cycle can do in the time. So larger layers take
//! two tiles at once, whose sums share the broadcasts, where the registers hold them; where they do not, tiles take turns
//! ([`mod@in_turn`]). A large layer that has but one puts the outputs in the lanes, two
//! vectors of them for eight samples, which are transposed at the end. So does the first layer of a prediction whose samples
//! nobody has gathered ([`rows`]). The sums are taken in the same order all the same.
//!
//! Sizes are run-time values here. Small layers call these functions inline, where the sizes are constants and the loops
//! unroll. Larger layers call them through [`shared`], so that a program has each once for every instruction set,
//! however many layers it has.

use fearless_simd::{Simd, SimdBase};

use crate::scalar::{Lane, Scalar};

/// How many vectors of a whole tile the register file of `S` holds as running sums, beside operands: 16 of the 32
/// registers of AVX-512, 4 pairs of the 16 of AVX2, 4 quadruples of the 32 of NEON, 2 of the 16 of SSE2. A power of two; see
/// also [`largest`].
#[inline(always)]
pub(super) const fn registers<S: Simd>() -> usize {
    match <S::f32s as SimdBase<S>>::LEN {
        16 => 16,
        8 => 4,
        _ if cfg!(target_arch = "aarch64") => 4,
        _ => 2,
    }
}

/// What stands for a size that is not known while compiling.
pub(crate) const ANY: usize = usize::MAX;

/// How many numbers of `tiles` tiles a block is of, at most, where there are `known` of them.
///
/// Processors with AVX2 begin two multiply-adds a cycle, each of which takes four: the 8 registers of blocks of 4 have no cycle
/// to lose, the 12 of blocks of 6 have. Those with NEON begin up to four: the 24 registers of blocks of 6 and their operands are
/// all that there are. The short blocks of small layers, whose sizes are known, overlap each other, and do not wait.
#[inline(always)]
const fn largest<S: Simd>(known: usize, tiles: usize) -> usize {
    match registers::<S>() {
        4 if known == ANY => 6 / tiles,
        most => most / tiles,
    }
}

/// Whether `0..n` has blocks of this size, as far as that is known. All but the largest are powers of two, and that too where
/// `n` is known.
const fn has_blocks(n: usize, block: usize, largest: usize) -> bool {
    (block == largest || block < largest && block.is_power_of_two())
        && (n == ANY || if block == largest { n >= block } else { n % (2 * block) >= block })
}

/// The largest block below this one that is a power of two.
const fn smaller(block: usize) -> usize {
    block.div_ceil(2).next_power_of_two()
}

/// Whether a block of this size comes next, of so many that are left: unless smaller blocks hold the last of them with
/// fewer to spare, as two of 4 hold 7 or 8 where 6 is the largest.
#[inline(always)]
const fn fits<const BLOCK: usize>(rest: usize) -> bool {
    rest >= BLOCK
        && (BLOCK.is_power_of_two()
            || rest >= 2 * BLOCK
            || rest.next_multiple_of(BLOCK) <= rest.next_multiple_of(smaller(BLOCK)))
}

/// Where the next block begins: at `start`, or earlier, see `blocks`.
#[inline(always)]
const fn earlier<const KNOWN: usize, const BLOCK: usize>(n: usize, start: usize) -> usize {
    let rest = n - start;
    if KNOWN == ANY && start > 0 && rest > smaller(BLOCK) && rest < BLOCK && n >= BLOCK { n - BLOCK } else { start }
}

/// Splits `0..n` into blocks of at most `$largest`, and does `$run` with each. Where `n` is known, no code is made of blocks
/// that there are not, which would have to be removed from every layer. Where it is not, a rest that the next smaller block
/// does not hold is a block that begins earlier, and computes some numbers once more: that takes no longer than the smaller
/// block, and another one after it.
macro_rules! blocks {
    ($largest:expr, $known:ident, $n:expr, $start:ident, $block:ident => $run:expr) => {
        blocks!($largest, $known, $n, $start = 0, $block => $run)
    };
    ($largest:expr, $known:ident, $n:expr, $start:ident = $first:expr, $block:ident => $run:expr) => {{
        let n = if const { $known == ANY } { $n } else { $known };
        let mut $start = $first;
        blocks!(@each $largest, $known, n, $start, $block, 16 14 8 6 4 2 1 => $run);
    }};
    (@each $largest:expr, $known:ident, $n:ident, $start:ident, $block:ident, $($size:literal)* => $run:expr) => {$(
        if const { has_blocks($known, $size, $largest) } {
            $start = earlier::<$known, $size>($n, $start);
            while fits::<$size>($n - $start) {
                const $block: usize = $size;
                $run;
                $start = earlier::<$known, $size>($n, $start + $size);
            }
        }
    )*};
}

/// Does `$run` with the one of the sizes of blocks that `$size` is.
macro_rules! sized {
    ($size:expr, $block:ident => $run:expr) => {
        sized!(@each $size, $block, 16 14 8 6 4 2 1 => $run);
    };
    (@each $wanted:expr, $block:ident, $($size:literal)* => $run:expr) => {$(
        if const { $wanted == $size } {
            const $block: usize = $size;
            $run;
        }
    )*};
}

/// Column `index` of each tile.
#[inline(always)]
fn load_each<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    tiles: [&[T::Lane]; N],
    index: usize,
) -> Option<[T::Vector<S>; N]> {
    let mut columns = [T::Vector::<S>::splat(simd, T::ZERO); N];
    for (column, tile) in columns.iter_mut().zip(tiles) {
        *column = tile.get(index)?.load(simd);
    }
    Some(columns)
}

/// Loads columns from `start` on of each tile, as [`store_block`] has stored them.
#[inline(always)]
fn load_block<T: Scalar, S: Simd, const B: usize, const N: usize>(
    simd: S,
    start: usize,
    tiles: &[&mut [T::Lane]; N],
) -> [[T::Vector<S>; N]; B] {
    let mut block = [[T::Vector::<S>::splat(simd, T::ZERO); N]; B];
    for (n, tile) in tiles.iter().enumerate() {
        let columns = tile.get(start..).and_then(<[_]>::first_chunk::<B>).into_iter().flatten();
        for (vectors, column) in block.iter_mut().zip(columns) {
            vectors[n] = column.load(simd);
        }
    }
    block
}

/// Stores columns from `start` on into each tile.
#[inline(always)]
fn store_block<T: Scalar, S: Simd, const KNOWN: usize, const B: usize, const N: usize>(
    block: &[[T::Vector<S>; N]; B],
    start: usize,
    tiles: &mut [&mut [T::Lane]; N],
) {
    for (n, tile) in tiles.iter_mut().enumerate() {
        // where the size is not known, one comparison for all
        let Some(tile) = tile.get_mut(start..) else { return };
        let tile = if const { KNOWN == ANY } { tile.get_mut(..B).unwrap_or_default() } else { tile };
        for (column, columns) in tile.iter_mut().zip(block) {
            column.store(columns[n]);
        }
    }
}

mod forward;
mod in_turn;
mod input;
mod known;
mod laid;
mod left;
mod predict;
mod rest;
mod rows;
pub(crate) mod shared;
mod small;
#[cfg(test)]
mod tests;
mod weights;

pub(crate) use self::forward::{asks, forward, forward_columns, forward_squares};
pub(crate) use self::in_turn::{IN_TURN, forward_in_turn, in_turn};
pub(crate) use self::input::backward_input;
pub(crate) use self::known::{Known, is_known, is_short};
pub use self::laid::Laid;
#[cfg(feature = "alloc")]
pub(crate) use self::laid::room;
pub(crate) use self::left::backward_weights_left;
pub(crate) use self::predict::predict;
pub use self::rows::Given;
pub(crate) use self::rows::{can_read, forward_rows, reads};
pub(crate) use self::small::{gather_bias, gather_weights, sum, sum_any, sum_numbers, sum_tiles};
pub(crate) use self::weights::{backward_bias, backward_bias_left, backward_weights, transpose_squares};

/// The columns of a tile of `x`, and of a tile of `dy`.
pub(crate) type Columns<'a, T> = (&'a [<T as Scalar>::Lane], &'a [<T as Scalar>::Lane]);

/// The most tiles whose gradients [`backward_weights`] sums at once.
pub(crate) const TILES: usize = 16;
