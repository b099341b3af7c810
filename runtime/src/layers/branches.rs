//! What two branches train and keep, and what goes from them to the layer of which they are and back.

use bytemuck::Zeroable;

use super::{Layer, Share, Trace};
use crate::flat::Flat;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// The parameters of two branches.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Branches<P, Q> {
    /// Of the first.
    pub first: P,
    /// Of the second, which may be two again.
    pub second: Q,
}

// SAFETY: two values that may be all zeros each.
unsafe impl<P: Zeroable, Q: Zeroable> Zeroable for Branches<P, Q> {}
// SAFETY: `repr(C)` puts two values that are nothing but numbers of `T` side by side; where both hold some, their
// alignment is that of `T`, and where one holds none, it has no size: there is nothing between them.
unsafe impl<T: Scalar, P: Flat<T>, Q: Flat<T>> Flat<T> for Branches<P, Q> {
    const NUMBERS: usize = P::NUMBERS + Q::NUMBERS;
}

/// What two branches keep of a tile between forward and backward.
#[repr(C)]
pub struct Traced<T: Scalar, F: Layer<T>, G: Layer<T>> {
    pub(super) first: Trace<T, F>,
    pub(super) second: Trace<T, G>,
    /// The gradient with respect to the inputs of the second.
    pub(super) d_input: G::Input,
}

impl<T: Scalar, F: Layer<T>, G: Layer<T>> core::fmt::Debug for Traced<T, F, G> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Traced").finish_non_exhaustive()
    }
}

// SAFETY: each field may be all zeros.
unsafe impl<T: Scalar, F: Layer<T>, G: Layer<T>> Zeroable for Traced<T, F, G> {}

/// Puts what the branches give side by side.
#[inline(always)]
pub(super) fn join<T, F, G, const A: usize, const B: usize, const OUT: usize>(
    first: &Trace<T, F>,
    second: &Trace<T, G>,
    output: &mut Tile<T, OUT>,
) where
    T: Scalar,
    F: Layer<T, Output = Tile<T, A>>,
    G: Layer<T, Output = Tile<T, B>>,
{
    let (of_first, of_second) = output.columns_mut().split_at_mut(A);
    of_first.copy_from_slice(first.output.columns());
    of_second.copy_from_slice(second.output.columns());
}

/// Gives each branch its part of the gradient of the outputs.
#[inline(always)]
pub(super) fn split<T, F, G, const A: usize, const B: usize, const OUT: usize>(
    d_output: &Tile<T, OUT>,
    first: &mut Trace<T, F>,
    second: &mut Trace<T, G>,
) where
    T: Scalar,
    F: Layer<T, Output = Tile<T, A>>,
    G: Layer<T, Output = Tile<T, B>>,
{
    let (of_first, of_second) = d_output.columns().split_at(A);
    first.d_output.columns_mut().copy_from_slice(of_first);
    second.d_output.columns_mut().copy_from_slice(of_second);
}

/// Where the shares of each branch go.
#[inline(always)]
#[allow(clippy::type_complexity, reason = "one for each branch")]
pub(super) fn shares<T, F, G, L>(share: Option<Share<'_, T, L>>) -> (Option<Share<'_, T, F>>, Option<Share<'_, T, G>>)
where
    T: Scalar,
    F: Layer<T>,
    G: Layer<T>,
    L: Layer<T, Parameters = Branches<F::Parameters, G::Parameters>>,
{
    let Some(Share { gradient, sums }) = share else { return (None, None) };
    let (sums, rest) = sums.split_at_mut(F::SUMS);
    (Some(Share { gradient: &mut gradient.first, sums }), Some(Share { gradient: &mut gradient.second, sums: rest }))
}
