//! What the code that `network!` writes calls. Not a public interface: it changes with the macro, whose version is
//! pinned to this crate's.

pub use core::option::Option::{self, Some};
pub use core::primitive::{bool, f32, f64, str, usize};

pub use bytemuck::{Pod, Zeroable};
pub use fearless_simd::Simd;
pub use rand::Rng;
pub use typenet_macros::network;

pub use crate::flat::Flat;
pub use crate::included::{Included, included};
pub use crate::layers::{Batch, Layer, LayerInfo, Share, Sink, Trace};
pub use crate::network::{Network, TileMemory};
pub use crate::summary::Summary;
pub use crate::tile::{Features, Tile};
pub use crate::{activations, initializers, layers};

/// From where the fields of a network's struct stand, too.
pub use crate::__private;

use crate::activations::Activation;
use crate::initializers::Initializer;
use crate::kernels::level;
use crate::scalar::Scalar;

#[cfg(feature = "alloc")]
pub use alloc::boxed::Box as Boxed;

pub use crate::__boxed_method as boxed_method;

/// The method `boxed`, where there is a heap.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __boxed_method {
    () => {
        /// A network with new parameters, drawn from `generator`, built on the heap: it never passes over the stack.
        #[must_use]
        pub fn boxed<R: $crate::__private::Rng + ?::core::marker::Sized>(
            generator: &mut R,
        ) -> $crate::__private::Boxed<Self> {
            $crate::__private::boxed(generator)
        }
    };
}

/// The method `boxed`, where there is a heap: here there is none.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __boxed_method {
    () => {};
}

/// The most that `new` may hand around by value: 128 KiB, a sixteenth of a thread's usual stack.
const STACK_LIMIT: usize = 128 * 1024;

/// Whether a network is small enough for `new`.
#[must_use]
pub const fn fits_stack<N>() -> bool {
    size_of::<N>() <= STACK_LIMIT
}

/// Holds for every generator with `FITS = true`, and for none with `false`.
#[diagnostic::on_unimplemented(
    message = "this network is too large for the stack: its parameters take more than 128 KiB",
    label = "`new` would pass the network over the stack",
    note = "build it on the heap instead, with `boxed` in place of `new`"
)]
pub trait OnStack<const FITS: bool> {}

impl<R: ?Sized> OnStack<true> for R {}

/// How many numbers a layer trains.
#[must_use]
pub const fn count<L: Layer<T>, T: Scalar>() -> usize {
    L::Parameters::NUMBERS
}

/// What is known of a layer; see [`LayerInfo::of`].
#[must_use]
pub const fn info<L: Layer<T>, T: Scalar>(
    label: &'static str,
    kind: &'static str,
    activation: &'static str,
) -> LayerInfo {
    LayerInfo::of::<L, T>(label, kind, activation)
}

/// One lane-wise number of a tile.
pub type Lane<T> = <T as Scalar>::Lane;

/// Where a tile's share of a layer's gradient goes.
#[inline(always)]
pub fn share<'a, T: Scalar, L: Layer<T>>(
    gradient: &'a mut L::Parameters,
    sums: &'a mut [T::Lane],
    later: bool,
) -> Share<'a, T, L> {
    Share { gradient, sums, later }
}

/// The tiles of a batch, and what one layer sees of each.
struct Tiles<'a, N: Network, F> {
    tiles: &'a [TileMemory<N>],
    seen: F,
}

#[allow(clippy::expl_impl_clone_on_copy, reason = "a derived one would want networks that are `Copy`")]
impl<N: Network, F: Copy> Clone for Tiles<'_, N, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N: Network, F: Copy> Copy for Tiles<'_, N, F> {}

impl<T, L, N, F> Batch<T, L> for Tiles<'_, N, F>
where
    T: Scalar,
    L: Layer<T>,
    N: Network,
    F: Copy + for<'t> Fn(&'t TileMemory<N>) -> (&'t L::Input, &'t Trace<T, L>),
{
    #[inline(always)]
    fn count(&self) -> usize {
        self.tiles.len()
    }

    #[inline(always)]
    fn tile(&self, index: usize) -> (&L::Input, &Trace<T, L>) {
        (self.seen)(&self.tiles[index])
    }
}

/// Completes the gradient of one layer.
#[inline(always)]
pub fn complete<T, L, N, S, F, K>(
    simd: S,
    layer: L,
    tiles: &[TileMemory<N>],
    seen: F,
    share: Share<'_, T, L>,
    sink: &mut K,
) where
    T: Scalar,
    L: Layer<T>,
    N: Network,
    S: Simd,
    F: Copy + for<'t> Fn(&'t TileMemory<N>) -> (&'t L::Input, &'t Trace<T, L>),
    K: Sink<T>,
{
    layer.complete(simd, Tiles { tiles, seen }, share, sink);
}

/// Ends a batch for one layer.
#[inline(always)]
pub fn finish<T: Scalar, L: Layer<T>, S: Simd>(simd: S, layer: L, share: Share<'_, T, L>) {
    layer.finish(simd, share);
}

/// How many lanes of running sums a layer wants.
#[must_use]
pub const fn sums<L: Layer<T>, T: Scalar>() -> usize {
    L::SUMS
}

/// Fails to compile if the struct `N` is anything but `numbers` numbers of type `T` side by side: whatever an attribute
/// has done to it, [`Flat`] is sound.
pub const fn assert_no_padding<N, T>(numbers: usize) {
    assert!(size_of::<N>() == numbers * size_of::<T>(), "an attribute has changed the fields of a network's struct");
    assert!(numbers == 0 || align_of::<N>() >= align_of::<T>(), "an attribute has packed a network's struct");
}

/// A layer, an activation or an initialiser, as [`Type`](Self::Type), after a check that only the compiler can make. Where `FITS`
/// is an error, the whole type is one to rustc, which then says nothing of what depends on it.
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
    L: Layer<T, Input = Tile<T, IN>, Output = Tile<T, OUT>>,
{
    true
}

/// Compiles if `N` is a network over `T`.
#[must_use]
pub const fn is_network<N: Network<Scalar = T>, T: Scalar>() -> bool {
    true
}

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
    label = "takes {TAKEN} inputs"
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

/// Compiles if `Sizes: GivesBack<TAKEN, GIVEN>`.
#[must_use]
pub const fn gives_back<const TAKEN: usize, const GIVEN: usize>() -> bool
where
    Sizes: GivesBack<TAKEN, GIVEN>,
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

/// Compiles if `Sizes: Meets<TAKEN, PRODUCED>`.
#[must_use]
pub const fn meets<const TAKEN: usize, const PRODUCED: usize>() -> bool
where
    Sizes: Meets<TAKEN, PRODUCED>,
{
    true
}

/// Initialises one layer.
#[inline]
pub fn initialize<T: Scalar, L: Layer<T>, R: Rng + ?Sized>(layer: L, parameters: &mut L::Parameters, rng: &mut R) {
    layer.initialize(parameters, rng);
}

/// Predicts through one layer.
#[inline(always)]
pub fn predict_layer<T: Scalar, L: Layer<T>, S: Simd>(
    simd: S,
    layer: L,
    parameters: &L::Parameters,
    input: &<L::Input as Features<T>>::Sample,
    output: &mut <L::Output as Features<T>>::Sample,
) {
    layer.predict(simd, parameters, input, output);
}

/// A network with new parameters.
#[must_use]
pub fn new<N: Network, R: Rng + ?Sized>(rng: &mut R) -> N {
    let mut network = N::zeroed();
    network.initialize(rng);
    network
}

/// A network with new parameters, which never lies on the stack.
#[cfg(feature = "alloc")]
#[must_use]
pub fn boxed<N: Network, R: Rng + ?Sized>(rng: &mut R) -> Boxed<N> {
    let mut network = bytemuck::zeroed_box::<N>();
    network.initialize(rng);
    network
}

/// Predicts one sample.
#[inline]
#[must_use]
pub fn predict<N: Network>(
    network: &N,
    input: &<N::Input as Features<N::Scalar>>::Sample,
) -> <N::Output as Features<N::Scalar>>::Sample {
    crate::network::predict(network, level(), input)
}
