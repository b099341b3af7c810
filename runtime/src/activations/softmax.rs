use fearless_simd::{Select, Simd, SimdBase, SimdFloat};

use super::{Activation, KeepOutput};
use crate::kernels::part::map;
use crate::layers::NoParameters;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// `f(x)_i = e^(x_i) / sum_j e^(x_j)`: numbers become probabilities, which sum to 1. In `network!`: `softmax`.
///
/// The largest number is subtracted first, which changes nothing but keeps the exponentials from overflowing.
///
/// ```
/// use typenet::activations::{Activation, Softmax};
///
/// assert_eq!(format!("{:.4?}", Softmax.apply([0.0, 1.0, 2.0])), "[0.0900, 0.2447, 0.6652]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softmax;

impl Softmax {
    /// Turns logits into probabilities in place, and returns the parts of `ln(sum_j e^(x_j))`, which the
    /// cross-entropies need.
    #[inline(always)]
    pub(crate) fn normalize<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        tile: &mut Tile<T, N>,
    ) -> LogSumExp<T::Vector<S>> {
        let largest = largest(simd, tile);
        if N == 2 {
            // the exponential of the larger one is 1
            let (x, y) = (tile.load(simd, 0), tile.load(simd, 1));
            let (one, e) = (T::Vector::<S>::splat(simd, T::ONE), T::exp(-(x - y).abs()));
            let sum = e + one;
            let scale = one / sum;
            let (less, rest) = (x.simd_lt(y), e * scale);
            tile.store::<S>(0, less.select(rest, scale));
            tile.store::<S>(1, less.select(scale, rest));
            return LogSumExp { largest, sum };
        }
        let mut sum = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let e = T::exp(tile.load(simd, i) - largest);
            sum += e;
            tile.store::<S>(i, e);
        }
        let scale = T::Vector::<S>::splat(simd, T::ONE) / sum;
        for i in 0..N {
            let p = tile.load(simd, i) * scale;
            tile.store::<S>(i, p);
        }
        LogSumExp { largest, sum }
    }
}

/// The largest number of each sample.
#[inline(always)]
pub(super) fn largest<T: Scalar, S: Simd, const N: usize>(simd: S, tile: &Tile<T, N>) -> T::Vector<S> {
    let mut largest = tile.load(simd, 0);
    for i in 1..N {
        largest = largest.max(tile.load(simd, i));
    }
    largest
}

/// The largest number of one sample.
#[inline(always)]
pub(super) fn largest_of<T: Scalar, const N: usize>(sample: &[T; N]) -> T {
    let mut largest = sample[0];
    for &x in sample {
        if x > largest {
            largest = x;
        }
    }
    largest
}

/// The parts of `ln(sum_j e^(x_j)) = largest + ln(sum)`.
#[derive(Clone, Copy)]
pub(crate) struct LogSumExp<V> {
    pub(crate) largest: V,
    pub(crate) sum: V,
}

impl Activation for Softmax {
    type Keep = KeepOutput;
    const NAME: &'static str = "softmax";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        x
    }

    #[inline(always)]
    fn across<T: Scalar, S: Simd, const N: usize>(&self, simd: S, tile: &mut Tile<T, N>) {
        Self::normalize(simd, tile);
    }

    #[inline(always)]
    fn backward<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        _: &NoParameters,
        output: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    ) {
        // the Jacobian is diag(y) - y y', so dx_i = y_i (dy_i - sum_j y_j dy_j)
        let mut dot = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            dot = output.load(simd, i).mul_add(gradient.load(simd, i), dot);
        }
        for i in 0..N {
            let d = output.load(simd, i) * (gradient.load(simd, i) - dot);
            gradient.store::<S>(i, d);
        }
    }

    #[inline(always)]
    fn predict<T: Scalar, S: Simd, const N: usize>(&self, simd: S, sample: &mut [T; N]) {
        let largest = largest_of(sample);
        map(
            simd,
            sample,
            #[inline(always)]
            |x| T::exp(x - T::Vector::<S>::splat(simd, largest)),
            #[inline(always)]
            |x| T::exp(x - T::Quarter::<S>::splat(simd, largest)),
        );
        let mut sum = sample[0];
        for &e in &sample[1..] {
            sum += e;
        }
        let scale = T::ONE / sum;
        for x in sample {
            *x *= scale;
        }
    }
}
