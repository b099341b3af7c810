//! What the code that `network!` writes calls. Not a public interface: it changes with the macro, whose version is
//! pinned to this crate's.

pub use core::option::Option::{self, None, Some};
pub use core::primitive::{bool, f32, f64, str, usize};

pub use bytemuck::{Pod, Zeroable};
pub use fearless_simd::Simd;
use fearless_simd::SimdBase as _;
pub use rand::Rng;
pub use typenet_macros::network;

pub use crate::flat::Flat;
pub use crate::included::{Included, included};
pub use crate::layers::{Batch, BatchMut, Layer, LayerInfo, Share, Sink, Trace, Way};
pub use crate::network::{Network, Shares, Tapes, TapesMut};
pub use crate::noise::{Mode, Noise};
pub use crate::summary::Summary;
pub use crate::tile::{Features, Tile};
pub use crate::{activations, constraints, initializers, layers, regularizers};

/// From where the fields of a network's struct stand, too.
pub use crate::__private;

use core::marker::PhantomData;

use nalgebra::SMatrix;

use crate::activations::Activation;
use crate::constraints::Constraint;
use crate::initializers::Initializer;
use crate::kernels::{framed, level};
use crate::regularizers::Regularizer;
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
        /// A network with new parameters, drawn from a generator of random numbers, built on the heap: it never passes over the stack.
        #[must_use]
        pub fn boxed<__R: $crate::__private::Rng + ?::core::marker::Sized>(
            __generator: &mut __R,
        ) -> $crate::__private::Boxed<Self> {
            $crate::__private::boxed(__generator)
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

/// What a tensor costs; adds its slope to that of the gradient.
#[inline(always)]
pub fn penalty<T: Scalar, G: Regularizer, const ROWS: usize, const COLUMNS: usize>(
    regularizer: G,
    weights: &SMatrix<T, ROWS, COLUMNS>,
    units: usize,
    gradient: Option<&mut SMatrix<T, ROWS, COLUMNS>>,
) -> f64 {
    let gradient = gradient.map(|gradient| gradient.data.0.as_flattened_mut()).unwrap_or_default();
    regularizer.penalty(weights.data.0.as_flattened(), units, gradient)
}

/// Adds what another tensor costs: generated code has no arithmetic of its own, which a user's lints may deny.
#[inline(always)]
pub const fn add(penalty: &mut f64, other: f64) {
    *penalty += other;
}

/// Makes a tensor what it must be.
#[inline(always)]
pub fn constrain<T: Scalar, C: Constraint, const ROWS: usize, const COLUMNS: usize>(
    constraint: C,
    weights: &mut SMatrix<T, ROWS, COLUMNS>,
    units: usize,
) {
    constraint.apply(weights.data.0.as_flattened_mut(), units);
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

/// What is known of a layer that is not trained.
#[must_use]
pub const fn frozen(layer: LayerInfo) -> LayerInfo {
    LayerInfo { trained: 0, completes: true, barriers: 0, ..layer }
}

/// One lane-wise number of a tile.
pub type Lane<T> = <T as Scalar>::Lane;

/// Where a tile's share of the gradient of one layer goes, which `field` finds in those of the network.
#[inline(always)]
pub fn share<'a, T, L, N>(
    shares: &'a mut Shares<'_, N>,
    field: impl FnOnce(&'a mut N, &'a mut N::Sums) -> (&'a mut L::Parameters, &'a mut [T::Lane]),
) -> Option<Share<'a, T, L>>
where
    T: Scalar,
    L: Layer<T>,
    N: Network,
{
    let (gradient, sums) = shares.now.as_mut().filter(|_| !(shares.later && L::COMPLETES))?;
    let (gradient, sums) = field(gradient, sums);
    Some(Share { gradient, sums })
}

/// The tiles of a batch, and what one layer sees of each.
struct Seen<G, F, N> {
    batch: G,
    see: F,
    network: PhantomData<fn() -> N>,
}

#[allow(clippy::expl_impl_clone_on_copy, reason = "a derived one would want networks that are `Copy`")]
impl<G: Copy, F: Copy, N> Clone for Seen<G, F, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G: Copy, F: Copy, N> Copy for Seen<G, F, N> {}

impl<T, L, N, G, F> Batch<T, L> for Seen<G, F, N>
where
    T: Scalar,
    L: Layer<T>,
    N: Network,
    G: Tapes<N>,
    F: Copy + for<'t> Fn(&'t N::Input, &'t N::Tape) -> (&'t L::Input, &'t Trace<T, L>),
{
    #[inline(always)]
    fn count(&self) -> usize {
        self.batch.count()
    }

    #[inline(always)]
    fn tile(&self, index: usize) -> (&L::Input, &Trace<T, L>) {
        let (input, tape) = self.batch.tile(index);
        (self.see)(input, tape)
    }
}

/// Completes the gradient of one layer; gives where its parameters end.
#[inline(always)]
pub fn complete<N: Network, L: Layer<N::Scalar>>(
    simd: impl Simd,
    layer: L,
    batch: impl Tapes<N>,
    see: impl Copy + for<'t> Fn(&'t N::Input, &'t N::Tape) -> (&'t L::Input, &'t Trace<N::Scalar, L>),
    start: usize,
    sink: &mut impl Sink<N::Scalar>,
) -> usize {
    framed(
        simd,
        #[inline(always)]
        || layer.complete(simd, Seen { batch, see, network: PhantomData::<fn() -> N> }, start, sink),
    );
    start + L::Parameters::NUMBERS
}

/// The tiles of a batch that wait for each other, and what one layer sees of each.
struct SeenMut<'a, G, F, N> {
    batch: &'a mut G,
    see: F,
    network: PhantomData<fn() -> N>,
}

impl<T, L, N, G, F> BatchMut<T, L> for SeenMut<'_, G, F, N>
where
    T: Scalar,
    L: Layer<T>,
    N: Network,
    G: TapesMut<N>,
    F: for<'t> Fn(&'t N::Input, &'t mut N::Tape) -> (&'t L::Input, &'t mut Trace<T, L>),
{
    #[inline(always)]
    fn count(&self) -> usize {
        self.batch.count()
    }

    #[inline(always)]
    fn samples(&self) -> usize {
        self.batch.samples()
    }

    #[inline(always)]
    fn tile(&mut self, index: usize) -> (&L::Input, &mut Trace<T, L>) {
        let (input, tape) = self.batch.tile(index);
        (self.see)(input, tape)
    }
}

/// Lets a layer see the batch, if barrier `at` of the network, counted from the first of this layer, is one of its own; gives
/// it as counted from the next.
#[inline(always)]
pub fn meet<N: Network, L: Layer<N::Scalar>>(
    simd: impl Simd,
    layer: L,
    batch: &mut impl TapesMut<N>,
    see: impl for<'t> Fn(&'t N::Input, &'t mut N::Tape) -> (&'t L::Input, &'t mut Trace<N::Scalar, L>),
    at: Option<usize>,
    way: Way,
) -> Option<usize> {
    if let Some(barrier) = at.filter(|at| *at < L::BARRIERS) {
        framed(
            simd,
            #[inline(always)]
            || layer.meet(simd, barrier, way, &mut SeenMut { batch, see, network: PhantomData::<fn() -> N> }),
        );
    }
    at.and_then(|at| at.checked_sub(L::BARRIERS))
}

/// Lets what is not trained of a layer follow a batch.
pub fn absorb<T: Scalar, L: Layer<T>>(layer: L, parameters: &mut L::Parameters, trace: &Trace<T, L>) {
    layer.absorb(parameters, trace.tape());
}

/// How often a layer wants to see all tiles of a batch.
#[must_use]
pub const fn barriers<L: Layer<T>, T: Scalar>() -> usize {
    L::BARRIERS
}

/// Where the parameters of a layer end that is not trained.
#[must_use]
pub const fn skip<L: Layer<T>, T: Scalar>(start: usize) -> usize {
    start + L::Parameters::NUMBERS
}

/// Ends a batch for one layer.
#[inline(always)]
pub fn finish<T: Scalar, L: Layer<T>, S: Simd>(simd: S, layer: L, gradient: &mut L::Parameters, sums: &mut [T::Lane]) {
    framed(
        simd,
        #[inline(always)]
        || layer.finish(simd, Share { gradient, sums }),
    );
}

/// How many lanes of running sums a layer wants.
#[must_use]
pub const fn sums<L: Layer<T>, T: Scalar>() -> usize {
    L::SUMS
}

/// How many streams of random numbers a layer takes.
#[must_use]
pub const fn streams<L: Layer<T>, T: Scalar>() -> usize {
    L::STREAMS
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

/// Initialises one layer.
#[inline]
pub fn initialize<T: Scalar, L: Layer<T>, R: Rng + ?Sized>(layer: L, parameters: &mut L::Parameters, rng: &mut R) {
    layer.initialize(parameters, rng);
}

/// Whether the outputs of a layer cost something.
#[must_use]
pub const fn costs<L: Layer<T>, T: Scalar>() -> bool {
    L::COSTS
}

/// A vector of the scalar type.
pub type Vector<T, S> = <T as Scalar>::Vector<S>;

/// Zeros.
#[inline(always)]
pub fn nothing<T: Scalar, S: Simd>(simd: S) -> T::Vector<S> {
    T::Vector::<S>::splat(simd, T::ZERO)
}

/// Adds what the outputs of one layer cost.
#[inline(always)]
pub fn cost<T: Scalar, L: Layer<T>, S: Simd>(
    simd: S,
    layer: L,
    trace: &mut Trace<T, L>,
    share: T::Vector<S>,
    cost: &mut T::Vector<S>,
) {
    *cost += trace.cost(simd, layer, share);
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
    framed(
        simd,
        #[inline(always)]
        || layer.predict(simd, parameters, input, output),
    );
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
