//! What the code that `network!` writes calls. Not a public interface: it changes with the macro, whose version is
//! pinned to this crate's.

mod batch;
mod checks;
mod new;
mod penalties;
mod predict;

pub use core::option::Option::{self, None, Some};
pub use core::primitive::{bool, f32, f64, str, usize};

pub use bytemuck::{Pod, Zeroable};
pub use fearless_simd::Simd;
use fearless_simd::SimdBase as _;
pub use rand::Rng;
pub use typenet_macros::network;

pub use self::batch::{OnWay, Place, complete, meet, parted};
pub use self::checks::{
    Checked, Gives, GivesBack, Meets, OfType, Size, Sizes, Takes, assert_size, gives_back, is_activation,
    is_initializer, is_layer, is_network, meets,
};
#[cfg(feature = "alloc")]
pub use self::new::{Boxed, boxed};
pub use self::new::{OnStack, boxed_method, fits_stack, new};
pub use self::penalties::{add, constrain, penalty};
pub use self::predict::predict;
pub use crate::flat::Flat;
pub use crate::included::{Included, included};
pub use crate::layers::around::{backward_inside as backward, forward_inside as forward};
pub use crate::layers::batch::{Seen, Tracing};
pub use crate::layers::{Batch, Layer, LayerInfo, Share, Sink, Tiles, Trace, Way};
pub use crate::mode::Mode;
pub use crate::network::{Network, Shares, Tapes};
pub use crate::summary::Summary;
pub use crate::tile::{Between, Features, Tile};
pub use crate::{activations, constraints, initializers, layers, regularizers};

/// From where the fields of a network's struct stand, too.
pub use crate::__private;

use crate::kernels::framed;
use crate::scalar::Scalar;

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

/// Where a tile's share of the gradient of one layer goes, which `place` finds in those of the network.
#[allow(clippy::question_mark, reason = "it would be more code for each layer")]
#[inline(always)]
pub fn share<'a, T, L, N>(
    shares: &'a mut Shares<'_, N>,
    place: impl FnOnce(&'a mut N, &'a mut N::Sums) -> Place<'a, T, L>,
) -> Option<Share<'a, T, L>>
where
    T: Scalar,
    L: Layer<T>,
    N: Network,
{
    if const { L::COMPLETES } && shares.later {
        return None;
    }
    let Some((gradient, sums)) = &mut shares.now else { return None };
    let (gradient, sums) = place(gradient, sums);
    Some(Share { gradient, sums })
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
    framed!(simd, layer.finish(simd, Share { gradient, sums }));
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
    framed!(simd, layer.predict(simd, parameters, input, output));
}
