//! What the code that `network!` writes calls. Not a public interface: it changes with the macro, whose version is
//! pinned to this crate's.

mod checks;

pub use core::option::Option::{self, None, Some};
pub use core::primitive::{bool, f32, f64, str, usize};

pub use bytemuck::{Pod, Zeroable};
pub use fearless_simd::Simd;
use fearless_simd::SimdBase as _;
pub use rand::Rng;
pub use typenet_macros::network;

pub use self::checks::{
    Checked, Gives, GivesBack, Meets, OfType, Size, Sizes, Takes, assert_size, gives_back, is_activation,
    is_initializer, is_layer, is_network, meets,
};
pub use crate::flat::Flat;
pub use crate::included::{Included, included};
pub use crate::layers::{Batch, Layer, LayerInfo, Passing, Share, Sink, Tiles, Trace, Way};
pub use crate::network::{Network, Shares, Tapes};
pub use crate::noise::Mode;
pub use crate::summary::Summary;
pub use crate::tile::{Features, Tile};
pub use crate::{activations, constraints, initializers, layers, regularizers};

/// From where the fields of a network's struct stand, too.
pub use crate::__private;

use core::marker::PhantomData;

use nalgebra::SMatrix;

use crate::constraints::Constraint;
use crate::kernels::{framed, level};
use crate::layers::around::{backward_inside, forward_inside};
use crate::regularizers::Regularizer;
use crate::scalar::Scalar;
use crate::tiles::{Inside, Parted};

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

/// Sends tiles forward through one layer, of which `see` finds what it sees of each; gives the mode of the next.
#[inline(always)]
pub fn forward<N: Network, L: Layer<N::Scalar>, M: Mode>(
    simd: impl Simd,
    mode: M,
    layer: L,
    parameters: &L::Parameters,
    tiles: &mut impl Tiles<N::Input, N::Tape>,
    see: impl for<'t> Fn(Passing<'t, N::Input, N::Tape>) -> Passing<'t, L::Input, Trace<N::Scalar, L>>,
) -> M {
    forward_inside(simd, mode, layer, parameters, tiles, see)
}

/// Sends tiles back through one layer.
#[inline(always)]
pub fn backward<N: Network, L: Layer<N::Scalar>>(
    simd: impl Simd,
    layer: L,
    parameters: &L::Parameters,
    tiles: &mut impl Tiles<N::Input, N::Tape>,
    see: impl for<'t> Fn(Passing<'t, N::Input, N::Tape>) -> Passing<'t, L::Input, Trace<N::Scalar, L>>,
    share: Option<Share<'_, N::Scalar, L>>,
) {
    backward_inside(simd, layer, parameters, tiles, see, share);
}

/// How often tiles wait for each other before layer `INDEX`, and in it.
const fn barriers<N: Network, const INDEX: usize>() -> (usize, usize) {
    let (mut before, mut layer) = (0, 0);
    while layer < INDEX {
        before += N::LAYERS[layer].barriers;
        layer += 1;
    }
    (before, N::LAYERS[INDEX].barriers)
}

/// The tiles of a network with barriers, as layer `INDEX` has them: none but in its own parts.
#[inline(always)]
pub fn parted<N: Network, const INDEX: usize, G: Tiles<N::Input, N::Tape>>(tiles: &mut G) -> Parted<'_, G> {
    let (before, barriers) = const { barriers::<N, INDEX>() };
    Parted::new(tiles, before, barriers)
}

/// Lets layer `INDEX` see the batch, if `barrier` is one of its own.
#[inline(always)]
pub fn meet<N: Network, const INDEX: usize, L: Layer<N::Scalar>>(
    simd: impl Simd,
    layer: L,
    batch: &mut impl Tiles<N::Input, N::Tape>,
    see: impl for<'t> Fn(Passing<'t, N::Input, N::Tape>) -> Passing<'t, L::Input, Trace<N::Scalar, L>>,
    (barrier, way, samples): (usize, Way, usize),
) {
    let (before, barriers) = const { barriers::<N, INDEX>() };
    if let Some(barrier) = barrier.checked_sub(before).filter(|barrier| *barrier < barriers) {
        framed(
            simd,
            #[inline(always)]
            || layer.meet(simd, barrier, way, samples, &mut Inside::new(batch, see)),
        );
    }
}

/// Lets what is not trained of a layer follow a batch.
pub fn absorb<T: Scalar, L: Layer<T>>(layer: L, parameters: &mut L::Parameters, trace: &Trace<T, L>) {
    layer.absorb(parameters, trace.tape());
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
