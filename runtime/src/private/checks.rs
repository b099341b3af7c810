//! What only the compiler can check.

use crate::activations::Activation;
use crate::initializers::Initializer;
use crate::layers::Layer;
use crate::network::Network;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// A layer, an activation or an initialiser, as [`Type`](Self::Type), after a check that only the compiler can make.
/// Where `FITS` is an error, the whole type is one to rustc, which then says nothing of what depends on it.
pub trait Checked<const FITS: bool> {
    /// The type itself.
    type Type;
}

impl<L, const FITS: bool> Checked<FITS> for L {
    type Type = L;
}

/// Compiles if `L` is a layer that takes `IN` numbers and gives `OUT`.
#[must_use]
pub const fn is_layer<L, T: Scalar, const IN: usize, const OUT: usize>() -> bool
where
    L: Layer<T, Input: Takes<Tile<T, IN>>, Output: Gives<Tile<T, OUT>>>,
{
    true
}

/// Holds if a layer's `Input` is what its sizes say.
#[diagnostic::on_unimplemented(
    message = "the `Input` of this layer is `{Self}`, but it stands where it takes `{X}`",
    label = "takes `{Self}`",
    note = "write the number that its `Input` has before `->`"
)]
pub trait Takes<X> {}

impl<X> Takes<X> for X {}

/// Holds if a layer's `Output` is what its sizes say.
#[diagnostic::on_unimplemented(
    message = "the `Output` of this layer is `{Self}`, but its sizes say that it gives `{Z}`",
    label = "gives `{Self}`",
    note = "write the number that its `Output` has after `->`"
)]
pub trait Gives<Z> {}

impl<Z> Gives<Z> for Z {}

/// Compiles if `N` is a network over `T`.
#[must_use]
pub const fn is_network<N: Network<Scalar: OfType<T>>, T: Scalar>() -> bool {
    true
}

/// Holds if two networks compute with the same numbers.
#[diagnostic::on_unimplemented(
    message = "this network is over `{Self}`, the one that it is a layer of over `{T}`",
    label = "a network over `{Self}`",
    note = "declare both over `{T}`, or both over `{Self}`"
)]
pub trait OfType<T> {}

impl<T> OfType<T> for T {}

/// Compiles if `A` is an activation.
#[must_use]
pub const fn is_activation<A: Activation>() -> bool {
    true
}

/// Compiles if `I` is an initialiser.
#[must_use]
pub const fn is_initializer<I: Initializer>() -> bool {
    true
}

/// Holds if both sizes are the same: the check of sizes that the macro cannot evaluate itself.
#[diagnostic::on_unimplemented(
    message = "this layer takes {TAKEN} inputs, but the layer before it produces {PRODUCED}",
    label = "takes {TAKEN} inputs",
    note = "state what the layer before produces, or leave its inputs out"
)]
pub trait Meets<const TAKEN: usize, const PRODUCED: usize> {}

/// Holds if both sizes are the same: what stands inside a `Residual` or a repetition must give back what it takes.
#[diagnostic::on_unimplemented(
    message = "these layers take {TAKEN} inputs, but give back {GIVEN}",
    label = "gives {GIVEN}, not {TAKEN}",
    note = "what stands in `Residual(...)` or in `[...; n]` must give back as many numbers as it takes"
)]
pub trait GivesBack<const TAKEN: usize, const GIVEN: usize> {}

impl<const N: usize> GivesBack<N, N> for Sizes {}

/// Compiles if `Sizes: GivesBack<TAKEN, GIVEN>`. `S` is `Sizes`, written out: rustc points at it.
#[must_use]
pub const fn gives_back<S, const TAKEN: usize, const GIVEN: usize>() -> bool
where
    S: GivesBack<TAKEN, GIVEN>,
{
    true
}

/// Holds for `true`: the check that a size is not 0.
#[diagnostic::on_unimplemented(
    message = "`0` is not a size",
    label = "this is 0",
    note = "a layer has at least 1 of them"
)]
pub trait Size<const POSITIVE: bool> {}

impl Size<true> for Sizes {}

/// Compiles if the size is not 0.
pub const fn assert_size<const POSITIVE: bool>()
where
    Sizes: Size<POSITIVE>,
{
}

/// Carries the checks of sizes.
#[derive(Clone, Copy, Debug)]
pub struct Sizes;

impl<const N: usize> Meets<N, N> for Sizes {}

/// Compiles if `Sizes: Meets<TAKEN, PRODUCED>`. `S` is `Sizes`, written out: rustc points at it.
#[must_use]
pub const fn meets<S, const TAKEN: usize, const PRODUCED: usize>() -> bool
where
    S: Meets<TAKEN, PRODUCED>,
{
    true
}
