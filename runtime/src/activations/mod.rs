//! Activations: what a layer applies to its outputs.
//!
//! Most act on each number alone and say so with [`Elementwise`]; [`Softmax`], [`LogSoftmax`] and [`Sparsemax`] look
//! across the numbers of a sample and implement [`Activation`] themselves. Where backward can be written in terms of
//! the output, nothing but the output is kept of the forward pass ([`KeepOutput`]); otherwise the input is kept
//! ([`KeepInput`]).
//!
//! # An activation of one's own
//!
//! ```
//! use typenet::activations::{Activation, Elementwise, KeepInput};
//! use typenet::prelude::*;
//! use typenet::simd::{Simd, SimdFloat};
//!
//! /// `x^2`
//! #[derive(Clone, Copy, Debug)]
//! pub struct Square;
//!
//! impl Elementwise for Square {
//!     type Keep = KeepInput;
//!     const NAME: &'static str = "square";
//!
//!     fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
//!         x * x
//!     }
//!
//!     fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
//!         x + x
//!     }
//! }
//!
//! network! { Squares = Dense(2 -> 3, self::Square), Dense(3 -> 1) }
//!
//! # fn main() {
//! assert_eq!(Square.apply([3.0, -2.0]), [9.0, 4.0]);
//! # }
//! ```

mod celu;
mod elu;
mod exponential;
mod gelu;
mod gelu_tanh;
mod hard_shrink;
mod hard_sigmoid;
mod hard_silu;
mod hard_tanh;
mod keep;
mod leaky_relu;
mod linear;
mod log_sigmoid;
mod log_softmax;
mod mish;
mod relu;
mod relu6;
mod selu;
mod sigmoid;
mod silu;
mod soft_shrink;
mod softmax;
mod softplus;
mod softsign;
mod sparse_plus;
mod sparse_sigmoid;
mod sparsemax;
mod squareplus;
mod tanh;
mod tanh_shrink;
mod threshold;

use core::fmt::Debug;

use fearless_simd::{Select, Simd, SimdFloat};

pub use self::celu::Celu;
pub use self::elu::Elu;
pub use self::exponential::Exponential;
pub use self::gelu::Gelu;
pub use self::gelu_tanh::GeluTanh;
pub use self::hard_shrink::HardShrink;
pub use self::hard_sigmoid::HardSigmoid;
pub use self::hard_silu::HardSilu;
pub use self::hard_tanh::HardTanh;
pub use self::keep::{Keep, KeepInput, KeepOutput};
pub use self::leaky_relu::LeakyRelu;
pub use self::linear::Linear;
pub use self::log_sigmoid::LogSigmoid;
pub use self::log_softmax::LogSoftmax;
pub use self::mish::Mish;
pub use self::relu::Relu;
pub use self::relu6::Relu6;
pub use self::selu::Selu;
pub use self::sigmoid::Sigmoid;
pub(crate) use self::sigmoid::sigmoid;
pub use self::silu::Silu;
pub use self::soft_shrink::SoftShrink;
pub use self::softmax::Softmax;
pub use self::softplus::Softplus;
pub use self::softsign::Softsign;
pub use self::sparse_plus::SparsePlus;
pub use self::sparse_sigmoid::SparseSigmoid;
pub use self::sparsemax::Sparsemax;
pub use self::squareplus::Squareplus;
pub use self::tanh::Tanh;
pub use self::tanh_shrink::TanhShrink;
pub use self::threshold::Threshold;

use crate::kernels::part::map;
use crate::kernels::{Task, dispatch, level};
use crate::scalar::Scalar;
use crate::tile::Tile;

/// An activation that acts on each number alone.
///
/// Both functions are generic over the vector type `V`, because training holds one number of many samples in a
/// vector and single-sample prediction many numbers of one.
pub trait Elementwise: Copy + Debug + Send + Sync + 'static {
    /// Which number [`slope`](Self::slope) takes.
    type Keep: Keep;

    /// The name in `network!` and in summaries.
    const NAME: &'static str;

    /// `f(x)`
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V;

    /// `f'(x)`, given the output `f(x)` or the input `x`, as [`Keep`](Self::Keep) says.
    fn slope<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, kept: V) -> V;
}

/// `x`, kept between `low` and `high`. NaN stays NaN.
#[inline(always)]
pub(crate) fn clamp<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(simd: S, x: V, low: f64, high: f64) -> V {
    let (low, high) = (V::splat(simd, T::from_f64(low)), V::splat(simd, T::from_f64(high)));
    let x = x.simd_lt(low).select(low, x);
    x.simd_gt(high).select(high, x)
}

/// An activation as layers and losses use it. Implemented by every [`Elementwise`] activation.
///
/// A layer calls [`value`](Self::value) on each number while it is still in a register, and
/// [`across`](Self::across) once all numbers of the tile are stored.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an activation",
    label = "not an activation",
    note = "implement `typenet::activations::Elementwise` for it to use it in `network!`"
)]
pub trait Activation: Copy + Debug + Send + Sync + 'static {
    /// What is kept for backward beside the output.
    type Keep: Keep;

    /// The name in `network!` and in summaries.
    const NAME: &'static str;

    /// Whether that is all of it: [`value`](Self::value), of each number alone.
    const ELEMENTWISE: bool = false;

    /// The part that acts on each number alone.
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V;

    /// The part that looks across the numbers of a sample.
    fn across<T: Scalar, S: Simd, const N: usize>(&self, simd: S, tile: &mut Tile<T, N>);

    /// Turns the gradient with respect to the output into the gradient with respect to the input, in place.
    fn backward<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        tape: &<Self::Keep as Keep>::Tape<T, N>,
        output: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    );

    /// Applies the activation to one sample.
    fn predict<T: Scalar, S: Simd, const N: usize>(&self, simd: S, sample: &mut [T; N]);

    /// What becomes of the numbers of one sample, without a network: Keras's `activations.relu(x)`.
    ///
    /// ```
    /// use typenet::activations::{Activation, Relu};
    ///
    /// assert_eq!(Relu.apply([-1.0, 2.0]), [0.0, 2.0]);
    /// ```
    #[must_use]
    fn apply<T: Scalar, const N: usize>(&self, mut sample: [T; N]) -> [T; N] {
        dispatch(level(), Apply(self, &mut sample));
        sample
    }
}

struct Apply<'a, A, T, const N: usize>(&'a A, &'a mut [T; N]);

impl<A: Activation, T: Scalar, const N: usize> Task for Apply<'_, A, T, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.0.predict(simd, self.1);
    }
}

impl<A: Elementwise> Activation for A {
    type Keep = <A as Elementwise>::Keep;
    const NAME: &'static str = A::NAME;
    const ELEMENTWISE: bool = true;

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, simd: S, x: V) -> V {
        Elementwise::value::<T, S, V>(self, simd, x)
    }

    #[inline(always)]
    fn across<T: Scalar, S: Simd, const N: usize>(&self, _: S, _: &mut Tile<T, N>) {}

    #[inline(always)]
    fn backward<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        tape: &<Self::Keep as Keep>::Tape<T, N>,
        output: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    ) {
        for i in 0..N {
            let kept = <Self::Keep as Keep>::recall::<T, S, N>(simd, tape, output, i);
            let d = gradient.load(simd, i) * self.slope(simd, kept);
            gradient.store::<S>(i, d);
        }
    }

    #[inline(always)]
    fn predict<T: Scalar, S: Simd, const N: usize>(&self, simd: S, sample: &mut [T; N]) {
        map(
            simd,
            sample,
            #[inline(always)]
            |x| Elementwise::value::<T, S, T::Vector<S>>(self, simd, x),
            #[inline(always)]
            |x| Elementwise::value::<T, S, T::Quarter<S>>(self, simd, x),
        );
    }
}
